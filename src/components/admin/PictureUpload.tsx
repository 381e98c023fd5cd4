"use client";

import type { ChangeEvent } from "react";
import { MAX_PICTURE_BYTES } from "@/contracts/pictures";
import { Field } from "../ui/Field";
import { Outcome } from "./Outcome";
import { useAdminAction } from "./use-admin-action";

const refused = (code: string) => ({ ok: false, failure: { code, problem: null } }) as const;

/** Sends a picture to the shop as soon as it is chosen, and says where it is served from then on. */
export function PictureUpload({ onUploaded }: { onUploaded: (path: string) => void }) {
  const { api, pending, failure, done, run } = useAdminAction();
  const choose = ({ target }: ChangeEvent<HTMLInputElement>) => {
    const file = target.files?.[0];
    if (file === undefined) return;
    void run(
      async () => {
        // Told at once: what is too large would travel for nothing.
        if (file.size > MAX_PICTURE_BYTES) return refused("picture_too_large");
        if (file.size === 0) return refused("not_a_picture");
        return api.savePicture({ content: await inBase64(file) });
      },
      ({ imagePath }) => {
        onUploaded(imagePath);
        return "Uploaded. It is shown in the shop once you save.";
      },
    );
    // The same file may be chosen again, when it has been mended.
    target.value = "";
  };
  return (
    <>
      <Field
        label="Upload another picture"
        type="file"
        accept="image/png,image/jpeg,image/webp,image/avif"
        hint="PNG, JPEG, WebP or AVIF, at most 2 MiB. Best upright, four wide and five high."
        aria-busy={pending || undefined}
        onChange={choose}
      />
      <Outcome failure={failure} done={done} />
    </>
  );
}

function inBase64(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).replace(/^[^,]*,/, ""));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}
