"use client";

import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import type { AdminProduct, NewProduct } from "@/contracts/admin-catalogue";
import { Button } from "../ui/Button";
import { Field } from "../ui/Field";
import { TextArea } from "../ui/TextArea";
import styles from "./form.module.css";
import { Outcome } from "./Outcome";
import { PictureField } from "./PictureField";
import { useAdminAction } from "./use-admin-action";

interface ProductFormProps {
  /** `null`: a new one. */
  product: AdminProduct | null;
  /** Pictures that are in use: to choose from. */
  pictures: readonly string[];
}

export function ProductForm({ product, pictures }: ProductFormProps) {
  const router = useRouter();
  const [image, setImage] = useState(product?.imagePath ?? "");
  const { api, pending, failure, done, run } = useAdminAction();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const wish = readForm(new FormData(event.currentTarget), image);
    if (product !== null) {
      void run(
        () => api.updateProduct(product.id, wish),
        () => "Saved.",
      );
    } else {
      void run(
        () => api.createProduct(wish),
        ({ product: made }) => {
          router.push(`/admin/products/${made.id}`);
          return "Made.";
        },
      );
    }
  };
  return (
    <form className={styles.form} onSubmit={submit}>
      <Field label="Name" name="name" defaultValue={product?.name} maxLength={120} required />
      <Field
        label="Address"
        name="slug"
        defaultValue={product?.slug}
        hint="Small letters, digits and hyphens: the last part of its address in the shop."
        pattern="[a-z0-9]+(-[a-z0-9]+)*"
        maxLength={80}
        required
      />
      <Field label="Tagline" name="tagline" defaultValue={product?.tagline} maxLength={200} />
      <TextArea label="Description" name="description" defaultValue={product?.description} maxLength={5000} />
      <PictureField path={image} onChange={setImage} pictures={pictures} />
      <Field
        label="What the picture shows"
        name="imageAlt"
        defaultValue={product?.imageAlt}
        hint="Read out to those who do not see it."
        maxLength={300}
        required
      />
      <div className={styles.pair}>
        <Field
          label="Hold duration, seconds"
          name="holdSeconds"
          type="number"
          min={1}
          max={86400}
          defaultValue={product?.holdSeconds ?? ""}
          hint="Empty: the shopper’s tier, then the store, decides."
        />
        <Field
          label="Position"
          name="position"
          type="number"
          min={0}
          max={1000000}
          defaultValue={product?.position ?? 0}
          hint="Lower comes first."
          required
        />
      </div>
      <Outcome failure={failure} done={done} />
      <Button type="submit" pending={pending}>
        {product === null ? "Make the product" : "Save"}
      </Button>
    </form>
  );
}

function readForm(data: FormData, imagePath: string): NewProduct {
  const text = (name: string) => String(data.get(name) ?? "").trim();
  return {
    name: text("name"),
    slug: text("slug"),
    tagline: text("tagline"),
    description: text("description"),
    imagePath: imagePath.trim(),
    imageAlt: text("imageAlt"),
    position: Number(text("position")),
    holdSeconds: text("holdSeconds") === "" ? null : Number(text("holdSeconds")),
  };
}
