export { getAvailability } from "./availability";
export { findProduct, listProducts } from "./products";
