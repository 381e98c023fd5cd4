import { z } from "zod";
import { PicturePathSchema } from "./admin-catalogue";
import { InstantSchema } from "./common";

/** The largest picture that is taken, in bytes. As the database has it. */
export const MAX_PICTURE_BYTES = 2 * 1024 * 1024;

/** Room for a picture that is somewhat too large, so that it is told so: base64 has four characters for three bytes. */
export const MAX_PICTURE_BODY_BYTES = 4 * 1024 * 1024;

/** `POST /api/admin/pictures` */
export const PictureBodySchema = z.strictObject({
  /** Not its name and not what a browser says that it is: what is in it decides. */
  content: z.base64().min(1).meta({
    description: "The file in base64: a PNG, JPEG, WebP or AVIF of at most 2 MiB.",
  }),
});
export type PictureBody = z.infer<typeof PictureBodySchema>;

export const SavedPictureSchema = z
  .object({
    serverNow: InstantSchema,
    /** For the `imagePath` of a product. */
    imagePath: PicturePathSchema,
  })
  .meta({ id: "SavedPicture" });
export type SavedPicture = z.infer<typeof SavedPictureSchema>;

/** `GET /pictures/{name}`: the SHA-256 of the file, and what it is. */
export const PictureNameSchema = z
  .string()
  .regex(/^[0-9a-f]{64}\.(?:png|jpg|webp|avif)$/)
  .transform((name) => {
    const [hash = "", type = ""] = name.split(".");
    return { hash, type: type as PictureType };
  });
export const PICTURE_MEDIA_TYPES = {
  png: "image/png",
  jpg: "image/jpeg",
  webp: "image/webp",
  avif: "image/avif",
} as const;
export type PictureType = keyof typeof PICTURE_MEDIA_TYPES;
