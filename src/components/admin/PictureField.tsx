"use client";

import { useId, useState } from "react";
import { Field } from "../ui/Field";
import { Picture } from "../ui/Picture";
import styles from "./form.module.css";
import { PictureUpload } from "./PictureUpload";

interface PictureFieldProps {
  path: string;
  onChange: (path: string) => void;
  pictures: readonly string[];
}

/** The path of a picture, uploaded here or part of the deployment, looked at before it is saved. */
export function PictureField({ path, onChange, pictures }: PictureFieldProps) {
  const listId = useId();
  const [broken, setBroken] = useState<string | null>(null);
  const isBroken = path !== "" && broken === path;
  return (
    <>
      <Field
        label="Picture"
        value={path}
        onChange={(event) => onChange(event.target.value)}
        list={listId}
        hint="What you upload below, or a file of the deployment such as /products/lighthouse-mug.svg."
        pattern="/(products/[a-z0-9]+([\-_.][a-z0-9]+)*\.(svg|png|jpg|jpeg|webp|avif)|pictures/[0-9a-f]{64}\.(png|jpg|webp|avif))"
        maxLength={120}
        aria-invalid={isBroken || undefined}
        required
      />
      <datalist id={listId}>
        {pictures.map((picture) => (
          <option key={picture} value={picture} />
        ))}
      </datalist>
      <div role="status">
        {isBroken && <p>There is no picture at {path}. Upload it, or add it to the deployment first.</p>}
      </div>
      {/^\/(products|pictures)\//.test(path) && !isBroken && (
        <Picture
          key={path}
          src={path}
          alt="The picture as it will be shown"
          width={144}
          height={180}
          className={styles.preview}
          onError={() => setBroken(path)}
        />
      )}
      <PictureUpload onUploaded={onChange} />
    </>
  );
}
