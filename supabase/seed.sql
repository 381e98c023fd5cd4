-- A small maker's shop by the sea. Editions are limited, because that is where holds matter.

insert into public.products (id, slug, name, tagline, description, image_path, image_alt, position, published_at) values
  ('a0000000-0000-4000-8000-000000000001', 'tidewater-vase', 'Tidewater Vase', 'Stoneware, thrown at low tide',
   'Thrown in one sitting and glazed with ash from driftwood fires, so that no two rims catch the light the same way. The large one leaves the kiln once a season.',
   '/products/tidewater-vase.svg', 'A tall stoneware vase with a wave-blue glaze', 1, now()),
  ('a0000000-0000-4000-8000-000000000002', 'kelp-forest-print', 'Kelp Forest', 'Linocut, numbered and signed',
   'Four blocks, four inks, pulled by hand on cotton paper. The A3 sheets are coloured with a brush afterwards, which is why there are so few of them.',
   '/products/kelp-forest-print.svg', 'A linocut of kelp fronds rising towards the light', 2, now()),
  ('a0000000-0000-4000-8000-000000000003', 'lighthouse-mug', 'Lighthouse Mug', 'For long watches',
   'Holds a third of a litre and keeps it warm through the shipping forecast. Dishwasher safe, though the sea would do.',
   '/products/lighthouse-mug.svg', 'Three mugs in blue, white and red; a lighthouse is painted on the white one', 3, now()),
  ('a0000000-0000-4000-8000-000000000004', 'storm-lantern', 'Storm Lantern', 'One of one',
   'Brass from a decommissioned trawler, glass blown to fit. It took a winter to make, and there is exactly one.',
   '/products/storm-lantern.svg', 'A brass storm lantern with a small flame', 4, now()),
  ('a0000000-0000-4000-8000-000000000005', 'selkie-blanket', 'Selkie Blanket', 'Island wool, woven with seals',
   'Woven from the fleece of two flocks that graze on seaweed, with a row of seals along each end. Heavy enough for a boat, soft enough for a bed.',
   '/products/selkie-blanket.svg', 'A striped wool blanket with a row of seals, hung over a rail', 5, now()),
  ('a0000000-0000-4000-8000-000000000006', 'driftwood-stool', 'Driftwood Stool', 'What the winter brought',
   'Three legs and a seat from one storm’s driftwood, joined without a nail. The edition of five has found its homes.',
   '/products/driftwood-stool.svg', 'A three-legged stool of pale driftwood', 6, now());

with item (id, product, sku, name, price_cents, position, on_hand) as (values
  ('b0000000-0000-4000-8000-000000000011'::uuid, 1, 'VASE-S', 'Small, 14 cm', 6800, 1, 12),
  ('b0000000-0000-4000-8000-000000000012', 1, 'VASE-L', 'Large, 28 cm', 18500, 2, 1),
  ('b0000000-0000-4000-8000-000000000021', 2, 'KELP-A4', 'A4', 3900, 1, 40),
  ('b0000000-0000-4000-8000-000000000022', 2, 'KELP-A3', 'A3, coloured by hand', 9500, 2, 3),
  ('b0000000-0000-4000-8000-000000000031', 3, 'MUG-FOG', 'Fog white', 2400, 1, 120),
  ('b0000000-0000-4000-8000-000000000032', 3, 'MUG-HARBOUR', 'Harbour blue', 2400, 2, 80),
  ('b0000000-0000-4000-8000-000000000033', 3, 'MUG-SIGNAL', 'Signal red', 2600, 3, 60),
  ('b0000000-0000-4000-8000-000000000041', 4, 'LANTERN', 'Brass', 42000, 1, 1),
  ('b0000000-0000-4000-8000-000000000051', 5, 'BLANKET', '140 × 200 cm', 22000, 1, 6),
  ('b0000000-0000-4000-8000-000000000061', 6, 'STOOL', 'One size', 31000, 1, 0)
), variant as (
  insert into public.variants (id, product_id, sku, name, price_cents, currency, position)
  select i.id, ('a0000000-0000-4000-8000-00000000000' || i.product)::uuid, i.sku, i.name, i.price_cents, 'EUR', i.position
  from item as i
)
insert into public.stock_levels (variant_id, location_id, on_hand)
select i.id, l.id, i.on_hand from item as i cross join public.locations as l where l.code = 'main';
