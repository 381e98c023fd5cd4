"use client";

import type { AdminProduct } from "@/contracts/admin-catalogue";
import { Button } from "../ui/Button";
import marksStyles from "./marks.module.css";
import { Outcome } from "./Outcome";
import pageStyles from "./page.module.css";
import { useAdminAction } from "./use-admin-action";

export function PublishButton({ product: { id, isPublished } }: { product: AdminProduct }) {
  const { api, pending, failure, done, run } = useAdminAction();
  const publish = () =>
    run(
      () => api.updateProduct(id, { isPublished: !isPublished }),
      ({ product }) => (product.isPublished ? "Published." : "Taken out of the shop."),
    );
  return (
    <>
      <p className={pageStyles.actions}>
        <span className={marksStyles.badge} data-tone={isPublished ? "calm" : "soon"}>
          {isPublished ? "published" : "not published"}
        </span>
        <Button look="secondary" size="small" pending={pending} onClick={() => void publish()}>
          {isPublished ? "Take out of the shop" : "Publish"}
        </Button>
      </p>
      <p className={pageStyles.soft}>
        Taking it out makes no hold go: what is held stays held, and nobody can hold more of it.
      </p>
      <Outcome failure={failure} done={done} />
    </>
  );
}
