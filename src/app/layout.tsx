import { GeistSans } from "geist/font/sans";
import { GeistSerifRegular } from "geist/font/serif/regular";
import type { Metadata, Viewport } from "next";
import type { ReactNode } from "react";
import { SessionGuard } from "@/components/account/SessionGuard";
import { CartDrawer } from "@/components/cart/CartDrawer";
import { SiteFooter } from "@/components/layout/SiteFooter";
import { SiteHeader } from "@/components/layout/SiteHeader";
import { ReservationStatus } from "@/components/ReservationStatus";
import { CartProvider } from "@/contexts/CartContext";
import { CartDrawerProvider } from "@/contexts/CartDrawerContext";
import { CheckoutProvider } from "@/contexts/CheckoutContext";
import { readInitialCart } from "./read-initial-cart";
import { readSessionOfPage } from "./read-session-of-page";
import "./globals.css";

export const metadata: Metadata = {
  title: { default: "Holdfast – small editions from the sea’s edge", template: "%s – Holdfast" },
  description:
    "A small maker’s shop by the sea. Editions are limited; what you add to the cart is held for you.",
};

export const viewport: Viewport = {
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#eef1eb" },
    { media: "(prefers-color-scheme: dark)", color: "#0c1c1b" },
  ],
};

const fonts = `${GeistSans.variable} ${GeistSerifRegular.variable}`;

export default async function RootLayout({ children }: { children: ReactNode }) {
  const [initialCart, session] = await Promise.all([readInitialCart(), readSessionOfPage()]);
  return (
    <html lang="en" className={fonts}>
      <body>
        <a className="skip-link" href="#content">
          Skip to the content
        </a>
        <SessionGuard isUser={session.kind === "user"} />
        <CartProvider initial={initialCart}>
          <CheckoutProvider isStranger={initialCart.known && initialCart.cart === null}>
            <CartDrawerProvider>
              <SiteHeader email={session.email} />
              <main id="content" tabIndex={-1}>
                {children}
              </main>
              <SiteFooter />
              <ReservationStatus placement="floating" />
              <CartDrawer />
            </CartDrawerProvider>
          </CheckoutProvider>
        </CartProvider>
      </body>
    </html>
  );
}
