import Link from "next/link";

/** For whoever is no admin, and for what is not there: the two are told the same way. */
export default function AdminNotFound() {
  return (
    <div className="message">
      <h1>Nothing for you here.</h1>
      <p>
        This part of the shop is for those who run it. If you do, this page does not exist, or the account
        that you are signed in with is not an admin’s.
      </p>
      <Link href="/">Back to the shop</Link>
    </div>
  );
}
