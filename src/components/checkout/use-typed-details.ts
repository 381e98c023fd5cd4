"use client";

import { useState } from "react";
import { type FieldName, keepDetails, recallDetails, type TypedDetails } from "@/contexts/typed-details";

const NOTHING: TypedDetails = {
  email: "",
  country: "",
  name: "",
  line1: "",
  line2: "",
  postalCode: "",
  city: "",
};

/** What is typed into the form. It begins with what this tab still knows, or with the address of who is signed in. */
export function useTypedDetails(email: string | null) {
  const [typed, setTyped] = useState<TypedDetails>(
    () => recallDetails() ?? { ...NOTHING, email: email ?? "" },
  );
  const type = (name: FieldName, value: string) => {
    const next = { ...typed, [name]: value };
    setTyped(next);
    keepDetails(next);
  };
  return { typed, type };
}
