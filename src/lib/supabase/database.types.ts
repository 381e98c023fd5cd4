export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[];

export type Database = {
  public: {
    Tables: {
      admin_trail: {
        Row: {
          actor: string;
          admin_id: string | null;
          after: Json | null;
          at: string;
          before: Json | null;
          cause: string;
          entity: string;
          entity_id: string | null;
          id: number;
          reason: string | null;
        };
        ComputedFields: never;
        Insert: {
          actor: string;
          admin_id?: string | null;
          after?: Json | null;
          at?: string;
          before?: Json | null;
          cause: string;
          entity: string;
          entity_id?: string | null;
          id?: never;
          reason?: string | null;
        };
        Update: {
          actor?: string;
          admin_id?: string | null;
          after?: Json | null;
          at?: string;
          before?: Json | null;
          cause?: string;
          entity?: string;
          entity_id?: string | null;
          id?: never;
          reason?: string | null;
        };
        Relationships: [];
      };
      alerts: {
        Row: {
          attempts: number;
          claimed_until: string | null;
          closed_at: string | null;
          details: NonNullable<Json>;
          id: string;
          kind: string;
          last_error: string | null;
          opened_at: string;
          subject: string;
          told: string[];
          told_at: string | null;
        };
        ComputedFields: never;
        Insert: {
          attempts?: number;
          claimed_until?: string | null;
          closed_at?: string | null;
          details?: NonNullable<Json>;
          id?: string;
          kind: string;
          last_error?: string | null;
          opened_at?: string;
          subject: string;
          told?: string[];
          told_at?: string | null;
        };
        Update: {
          attempts?: number;
          claimed_until?: string | null;
          closed_at?: string | null;
          details?: NonNullable<Json>;
          id?: string;
          kind?: string;
          last_error?: string | null;
          opened_at?: string;
          subject?: string;
          told?: string[];
          told_at?: string | null;
        };
        Relationships: [];
      };
      idempotency_keys: {
        Row: {
          answer: NonNullable<Json>;
          body_hash: string;
          created_at: string;
          key: string;
          shopper_id: string;
        };
        ComputedFields: never;
        Insert: {
          answer: NonNullable<Json>;
          body_hash: string;
          created_at: string;
          key: string;
          shopper_id: string;
        };
        Update: {
          answer?: NonNullable<Json>;
          body_hash?: string;
          created_at?: string;
          key?: string;
          shopper_id?: string;
        };
        Relationships: [];
      };
      kept_refusals: {
        Row: {
          hour: string;
          reason: string;
          requests: number;
          units: number;
          variant_id: string;
        };
        ComputedFields: never;
        Insert: {
          hour: string;
          reason: string;
          requests: number;
          units: number;
          variant_id: string;
        };
        Update: {
          hour?: string;
          reason?: string;
          requests?: number;
          units?: number;
          variant_id?: string;
        };
        Relationships: [];
      };
      locations: {
        Row: {
          code: string;
          created_at: string;
          id: string;
          name: string;
          priority: number;
        };
        ComputedFields: never;
        Insert: {
          code: string;
          created_at?: string;
          id?: string;
          name: string;
          priority?: number;
        };
        Update: {
          code?: string;
          created_at?: string;
          id?: string;
          name?: string;
          priority?: number;
        };
        Relationships: [];
      };
      new_refusals: {
        Row: {
          hour: string;
          reason: string;
          requests: number;
          shard: number;
          units: number;
          variant_id: string;
        };
        ComputedFields: never;
        Insert: {
          hour: string;
          reason: string;
          requests: number;
          shard: number;
          units: number;
          variant_id: string;
        };
        Update: {
          hour?: string;
          reason?: string;
          requests?: number;
          shard?: number;
          units?: number;
          variant_id?: string;
        };
        Relationships: [];
      };
      order_lines: {
        Row: {
          id: string;
          image_path: string;
          left_seconds: number;
          location_id: string | null;
          order_id: string;
          position: number;
          product_name: string;
          quantity: number;
          reservation_id: string | null;
          sku: string;
          unit_price_cents: number;
          variant_id: string;
          variant_name: string;
        };
        ComputedFields: never;
        Insert: {
          id?: string;
          image_path: string;
          left_seconds?: number;
          location_id?: string | null;
          order_id: string;
          position: number;
          product_name: string;
          quantity: number;
          reservation_id?: string | null;
          sku: string;
          unit_price_cents: number;
          variant_id: string;
          variant_name: string;
        };
        Update: {
          id?: string;
          image_path?: string;
          left_seconds?: number;
          location_id?: string | null;
          order_id?: string;
          position?: number;
          product_name?: string;
          quantity?: number;
          reservation_id?: string | null;
          sku?: string;
          unit_price_cents?: number;
          variant_id?: string;
          variant_name?: string;
        };
        Relationships: [
          {
            foreignKeyName: "order_lines_location_id_fkey";
            columns: ["location_id"];
            isOneToOne: false;
            referencedRelation: "locations";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "order_lines_order_id_fkey";
            columns: ["order_id"];
            isOneToOne: false;
            referencedRelation: "orders";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "order_lines_variant_id_fkey";
            columns: ["variant_id"];
            isOneToOne: false;
            referencedRelation: "variants";
            referencedColumns: ["id"];
          },
        ];
      };
      order_trail: {
        Row: {
          actor: string;
          after: NonNullable<Json>;
          at: string;
          before: Json | null;
          cause: string;
          entity: string;
          entity_id: string;
          id: number;
          order_id: string;
          shopper_id: string | null;
        };
        ComputedFields: never;
        Insert: {
          actor: string;
          after: NonNullable<Json>;
          at?: string;
          before?: Json | null;
          cause: string;
          entity: string;
          entity_id: string;
          id?: never;
          order_id: string;
          shopper_id?: string | null;
        };
        Update: {
          actor?: string;
          after?: NonNullable<Json>;
          at?: string;
          before?: Json | null;
          cause?: string;
          entity?: string;
          entity_id?: string;
          id?: never;
          order_id?: string;
          shopper_id?: string | null;
        };
        Relationships: [];
      };
      order_trail_totals: {
        Row: {
          actor: string;
          cause: string;
          changes: number;
          day: string;
          entity: string;
        };
        ComputedFields: never;
        Insert: {
          actor: string;
          cause: string;
          changes: number;
          day: string;
          entity: string;
        };
        Update: {
          actor?: string;
          cause?: string;
          changes?: number;
          day?: string;
          entity?: string;
        };
        Relationships: [];
      };
      orders: {
        Row: {
          cancelled_at: string | null;
          cart_version: string | null;
          created_at: string;
          currency: string;
          disputed_at: string | null;
          email: string | null;
          erased_at: string | null;
          id: string;
          is_erasure_due: boolean;
          number: number;
          paid_at: string | null;
          refunded_at: string | null;
          refunded_cents: number;
          ship_city: string | null;
          ship_country: string | null;
          ship_line1: string | null;
          ship_line2: string | null;
          ship_name: string | null;
          ship_postal_code: string | null;
          shipped_at: string | null;
          shipping_cents: number;
          shopper_id: string;
          source: string;
          status: Database["public"]["Enums"]["order_status"];
          subtotal_cents: number;
          total_cents: number;
          tracking: string | null;
        };
        ComputedFields: never;
        Insert: {
          cancelled_at?: string | null;
          cart_version?: string | null;
          created_at?: string;
          currency: string;
          disputed_at?: string | null;
          email?: string | null;
          erased_at?: string | null;
          id?: string;
          is_erasure_due?: boolean;
          number?: never;
          paid_at?: string | null;
          refunded_at?: string | null;
          refunded_cents?: number;
          ship_city?: string | null;
          ship_country?: string | null;
          ship_line1?: string | null;
          ship_line2?: string | null;
          ship_name?: string | null;
          ship_postal_code?: string | null;
          shipped_at?: string | null;
          shipping_cents?: number;
          shopper_id: string;
          source?: string;
          status?: Database["public"]["Enums"]["order_status"];
          subtotal_cents: number;
          total_cents: number;
          tracking?: string | null;
        };
        Update: {
          cancelled_at?: string | null;
          cart_version?: string | null;
          created_at?: string;
          currency?: string;
          disputed_at?: string | null;
          email?: string | null;
          erased_at?: string | null;
          id?: string;
          is_erasure_due?: boolean;
          number?: never;
          paid_at?: string | null;
          refunded_at?: string | null;
          refunded_cents?: number;
          ship_city?: string | null;
          ship_country?: string | null;
          ship_line1?: string | null;
          ship_line2?: string | null;
          ship_name?: string | null;
          ship_postal_code?: string | null;
          shipped_at?: string | null;
          shipping_cents?: number;
          shopper_id?: string;
          source?: string;
          status?: Database["public"]["Enums"]["order_status"];
          subtotal_cents?: number;
          total_cents?: number;
          tracking?: string | null;
        };
        Relationships: [];
      };
      outgoing_mails: {
        Row: {
          attempts: number;
          claimed_until: string | null;
          created_at: string;
          id: string;
          kind: string;
          last_error: string | null;
          order_id: string;
          refund_id: string | null;
          sent_at: string | null;
        };
        ComputedFields: never;
        Insert: {
          attempts?: number;
          claimed_until?: string | null;
          created_at?: string;
          id?: string;
          kind: string;
          last_error?: string | null;
          order_id: string;
          refund_id?: string | null;
          sent_at?: string | null;
        };
        Update: {
          attempts?: number;
          claimed_until?: string | null;
          created_at?: string;
          id?: string;
          kind?: string;
          last_error?: string | null;
          order_id?: string;
          refund_id?: string | null;
          sent_at?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "outgoing_mails_order_id_fkey";
            columns: ["order_id"];
            isOneToOne: false;
            referencedRelation: "orders";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "outgoing_mails_refund_id_fkey";
            columns: ["refund_id"];
            isOneToOne: false;
            referencedRelation: "refunds";
            referencedColumns: ["id"];
          },
        ];
      };
      payment_events: {
        Row: {
          at: string;
          event_id: string;
          outcome: string;
          payment_id: string | null;
          type: string;
        };
        ComputedFields: never;
        Insert: {
          at?: string;
          event_id: string;
          outcome: string;
          payment_id?: string | null;
          type: string;
        };
        Update: {
          at?: string;
          event_id?: string;
          outcome?: string;
          payment_id?: string | null;
          type?: string;
        };
        Relationships: [
          {
            foreignKeyName: "payment_events_payment_id_fkey";
            columns: ["payment_id"];
            isOneToOne: false;
            referencedRelation: "payments";
            referencedColumns: ["id"];
          },
        ];
      };
      payments: {
        Row: {
          amount_cents: number;
          claimed_until: string | null;
          created_at: string;
          currency: string;
          id: string;
          order_id: string;
          payment_intent_id: string | null;
          received_cents: number | null;
          received_currency: string | null;
          return_origin: string | null;
          session_expires_at: string | null;
          session_id: string | null;
          session_url: string | null;
          settled_at: string | null;
          shopper_id: string;
          status: Database["public"]["Enums"]["payment_status"];
          window_ends_at: string | null;
        };
        ComputedFields: never;
        Insert: {
          amount_cents: number;
          claimed_until?: string | null;
          created_at?: string;
          currency: string;
          id?: string;
          order_id: string;
          payment_intent_id?: string | null;
          received_cents?: number | null;
          received_currency?: string | null;
          return_origin?: string | null;
          session_expires_at?: string | null;
          session_id?: string | null;
          session_url?: string | null;
          settled_at?: string | null;
          shopper_id: string;
          status?: Database["public"]["Enums"]["payment_status"];
          window_ends_at?: string | null;
        };
        Update: {
          amount_cents?: number;
          claimed_until?: string | null;
          created_at?: string;
          currency?: string;
          id?: string;
          order_id?: string;
          payment_intent_id?: string | null;
          received_cents?: number | null;
          received_currency?: string | null;
          return_origin?: string | null;
          session_expires_at?: string | null;
          session_id?: string | null;
          session_url?: string | null;
          settled_at?: string | null;
          shopper_id?: string;
          status?: Database["public"]["Enums"]["payment_status"];
          window_ends_at?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "payments_order_id_fkey";
            columns: ["order_id"];
            isOneToOne: true;
            referencedRelation: "orders";
            referencedColumns: ["id"];
          },
        ];
      };
      product_pictures: {
        Row: {
          admin_id: string;
          content: string;
          created_at: string;
          hash: string;
          type: string;
        };
        ComputedFields: never;
        Insert: {
          admin_id: string;
          content: string;
          created_at?: string;
          hash?: never;
          type?: never;
        };
        Update: {
          admin_id?: string;
          content?: string;
          created_at?: string;
          hash?: never;
          type?: never;
        };
        Relationships: [];
      };
      products: {
        Row: {
          created_at: string;
          description: string;
          hold_seconds: number | null;
          id: string;
          image_alt: string;
          image_path: string;
          name: string;
          position: number;
          published_at: string | null;
          slug: string;
          tagline: string;
        };
        ComputedFields: never;
        Insert: {
          created_at?: string;
          description?: string;
          hold_seconds?: number | null;
          id?: string;
          image_alt: string;
          image_path: string;
          name: string;
          position?: number;
          published_at?: string | null;
          slug: string;
          tagline?: string;
        };
        Update: {
          created_at?: string;
          description?: string;
          hold_seconds?: number | null;
          id?: string;
          image_alt?: string;
          image_path?: string;
          name?: string;
          position?: number;
          published_at?: string | null;
          slug?: string;
          tagline?: string;
        };
        Relationships: [];
      };
      prune_runs: {
        Row: {
          counters: number;
          finished_at: string;
          id: number;
          is_more: boolean;
          started_at: string;
          trail_before: string | null;
          trail_rows: number;
        };
        ComputedFields: never;
        Insert: {
          counters: number;
          finished_at: string;
          id?: never;
          is_more: boolean;
          started_at: string;
          trail_before?: string | null;
          trail_rows: number;
        };
        Update: {
          counters?: number;
          finished_at?: string;
          id?: never;
          is_more?: boolean;
          started_at?: string;
          trail_before?: string | null;
          trail_rows?: number;
        };
        Relationships: [];
      };
      refund_lines: {
        Row: {
          decided_at: string | null;
          order_line_id: string;
          quantity: number;
          refund_id: string;
          restock: string;
        };
        ComputedFields: never;
        Insert: {
          decided_at?: string | null;
          order_line_id: string;
          quantity: number;
          refund_id: string;
          restock?: string;
        };
        Update: {
          decided_at?: string | null;
          order_line_id?: string;
          quantity?: number;
          refund_id?: string;
          restock?: string;
        };
        Relationships: [
          {
            foreignKeyName: "refund_lines_order_line_id_fkey";
            columns: ["order_line_id"];
            isOneToOne: false;
            referencedRelation: "order_lines";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "refund_lines_refund_id_fkey";
            columns: ["refund_id"];
            isOneToOne: false;
            referencedRelation: "refunds";
            referencedColumns: ["id"];
          },
        ];
      };
      refunds: {
        Row: {
          actor: string;
          amount_cents: number;
          attempt: number;
          claimed_until: string | null;
          created_at: string;
          currency: string;
          id: string;
          last_error: string | null;
          order_id: string;
          payment_id: string;
          payment_intent_id: string | null;
          reason: string;
          settled_at: string | null;
          status: Database["public"]["Enums"]["refund_status"];
          stripe_refund_id: string | null;
        };
        ComputedFields: never;
        Insert: {
          actor: string;
          amount_cents: number;
          attempt?: number;
          claimed_until?: string | null;
          created_at?: string;
          currency: string;
          id?: string;
          last_error?: string | null;
          order_id: string;
          payment_id: string;
          payment_intent_id?: string | null;
          reason: string;
          settled_at?: string | null;
          status?: Database["public"]["Enums"]["refund_status"];
          stripe_refund_id?: string | null;
        };
        Update: {
          actor?: string;
          amount_cents?: number;
          attempt?: number;
          claimed_until?: string | null;
          created_at?: string;
          currency?: string;
          id?: string;
          last_error?: string | null;
          order_id?: string;
          payment_id?: string;
          payment_intent_id?: string | null;
          reason?: string;
          settled_at?: string | null;
          status?: Database["public"]["Enums"]["refund_status"];
          stripe_refund_id?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "refunds_order_id_fkey";
            columns: ["order_id"];
            isOneToOne: false;
            referencedRelation: "orders";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "refunds_payment_id_fkey";
            columns: ["payment_id"];
            isOneToOne: false;
            referencedRelation: "payments";
            referencedColumns: ["id"];
          },
        ];
      };
      reservation_trail: {
        Row: {
          actor: string;
          at: string;
          cause: string;
          id: number;
          location_id: string;
          new_expires_at: string | null;
          new_quantity: number | null;
          new_shopper_id: string | null;
          new_status: Database["public"]["Enums"]["reservation_status"] | null;
          old_expires_at: string | null;
          old_quantity: number | null;
          old_shopper_id: string | null;
          old_status: Database["public"]["Enums"]["reservation_status"] | null;
          reservation_id: string;
          variant_id: string;
        };
        ComputedFields: never;
        Insert: {
          actor: string;
          at?: string;
          cause: string;
          id?: never;
          location_id: string;
          new_expires_at?: string | null;
          new_quantity?: number | null;
          new_shopper_id?: string | null;
          new_status?: Database["public"]["Enums"]["reservation_status"] | null;
          old_expires_at?: string | null;
          old_quantity?: number | null;
          old_shopper_id?: string | null;
          old_status?: Database["public"]["Enums"]["reservation_status"] | null;
          reservation_id: string;
          variant_id: string;
        };
        Update: {
          actor?: string;
          at?: string;
          cause?: string;
          id?: never;
          location_id?: string;
          new_expires_at?: string | null;
          new_quantity?: number | null;
          new_shopper_id?: string | null;
          new_status?: Database["public"]["Enums"]["reservation_status"] | null;
          old_expires_at?: string | null;
          old_quantity?: number | null;
          old_shopper_id?: string | null;
          old_status?: Database["public"]["Enums"]["reservation_status"] | null;
          reservation_id?: string;
          variant_id?: string;
        };
        Relationships: [];
      };
      reservations: {
        Row: {
          created_at: string;
          duration_seconds: number;
          ended_at: string | null;
          expires_at: string;
          id: string;
          is_withdrawn: boolean;
          location_id: string;
          max_expires_at: string;
          paying_seconds: number;
          quantity: number;
          replaces_id: string | null;
          shopper_id: string;
          status: Database["public"]["Enums"]["reservation_status"];
          variant_id: string;
        };
        ComputedFields: never;
        Insert: {
          created_at: string;
          duration_seconds: number;
          ended_at?: string | null;
          expires_at: string;
          id?: string;
          is_withdrawn?: boolean;
          location_id: string;
          max_expires_at: string;
          paying_seconds?: number;
          quantity: number;
          replaces_id?: string | null;
          shopper_id: string;
          status?: Database["public"]["Enums"]["reservation_status"];
          variant_id: string;
        };
        Update: {
          created_at?: string;
          duration_seconds?: number;
          ended_at?: string | null;
          expires_at?: string;
          id?: string;
          is_withdrawn?: boolean;
          location_id?: string;
          max_expires_at?: string;
          paying_seconds?: number;
          quantity?: number;
          replaces_id?: string | null;
          shopper_id?: string;
          status?: Database["public"]["Enums"]["reservation_status"];
          variant_id?: string;
        };
        Relationships: [];
      };
      shoppers: {
        Row: {
          created_at: string;
          holds_in_minute: number;
          id: string;
          merged_at: string | null;
          merged_into: string | null;
          minute_began_at: string;
          tier: Database["public"]["Enums"]["shopper_tier"];
        };
        ComputedFields: never;
        Insert: {
          created_at?: string;
          holds_in_minute?: number;
          id: string;
          merged_at?: string | null;
          merged_into?: string | null;
          minute_began_at?: string;
          tier?: Database["public"]["Enums"]["shopper_tier"];
        };
        Update: {
          created_at?: string;
          holds_in_minute?: number;
          id?: string;
          merged_at?: string | null;
          merged_into?: string | null;
          minute_began_at?: string;
          tier?: Database["public"]["Enums"]["shopper_tier"];
        };
        Relationships: [];
      };
      sign_in_attempts: {
        Row: {
          attempts: number;
          began_at: string;
          key: string;
        };
        ComputedFields: never;
        Insert: {
          attempts: number;
          began_at: string;
          key: string;
        };
        Update: {
          attempts?: number;
          began_at?: string;
          key?: string;
        };
        Relationships: [];
      };
      source_holders: {
        Row: {
          noted_at: string;
          shopper_id: string;
          source: string;
          variant_id: string;
        };
        ComputedFields: never;
        Insert: {
          noted_at: string;
          shopper_id: string;
          source: string;
          variant_id: string;
        };
        Update: {
          noted_at?: string;
          shopper_id?: string;
          source?: string;
          variant_id?: string;
        };
        Relationships: [];
      };
      source_requests: {
        Row: {
          minute: string;
          requests: number;
          shard: number;
          source: string;
        };
        ComputedFields: never;
        Insert: {
          minute: string;
          requests: number;
          shard: number;
          source: string;
        };
        Update: {
          minute?: string;
          requests?: number;
          shard?: number;
          source?: string;
        };
        Relationships: [];
      };
      stock_levels: {
        Row: {
          location_id: string;
          next_expiry_at: string;
          on_hand: number;
          reserved: number;
          safety_stock: number;
          variant_id: string;
        };
        ComputedFields: never;
        Insert: {
          location_id: string;
          next_expiry_at?: string;
          on_hand?: number;
          reserved?: number;
          safety_stock?: number;
          variant_id: string;
        };
        Update: {
          location_id?: string;
          next_expiry_at?: string;
          on_hand?: number;
          reserved?: number;
          safety_stock?: number;
          variant_id?: string;
        };
        Relationships: [
          {
            foreignKeyName: "stock_levels_location_id_fkey";
            columns: ["location_id"];
            isOneToOne: false;
            referencedRelation: "locations";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "stock_levels_variant_id_fkey";
            columns: ["variant_id"];
            isOneToOne: false;
            referencedRelation: "variants";
            referencedColumns: ["id"];
          },
        ];
      };
      stock_movements: {
        Row: {
          actor: string;
          at: string;
          delta: number;
          id: number;
          location_id: string;
          on_hand_after: number;
          reason: string;
          variant_id: string;
        };
        ComputedFields: never;
        Insert: {
          actor: string;
          at?: string;
          delta: number;
          id?: never;
          location_id: string;
          on_hand_after: number;
          reason: string;
          variant_id: string;
        };
        Update: {
          actor?: string;
          at?: string;
          delta?: number;
          id?: never;
          location_id?: string;
          on_hand_after?: number;
          reason?: string;
          variant_id?: string;
        };
        Relationships: [];
      };
      stock_trail: {
        Row: {
          actor: string;
          after: Json | null;
          at: string;
          before: Json | null;
          cause: string;
          id: number;
          location_id: string;
          reservation_id: string | null;
          variant_id: string;
        };
        ComputedFields: never;
        Insert: {
          actor: string;
          after?: Json | null;
          at?: string;
          before?: Json | null;
          cause: string;
          id?: never;
          location_id: string;
          reservation_id?: string | null;
          variant_id: string;
        };
        Update: {
          actor?: string;
          after?: Json | null;
          at?: string;
          before?: Json | null;
          cause?: string;
          id?: never;
          location_id?: string;
          reservation_id?: string | null;
          variant_id?: string;
        };
        Relationships: [];
      };
      store_settings: {
        Row: {
          cool_down_seconds: number;
          hold_seconds: number;
          is_only_row: boolean;
          lapsed_shown_seconds: number;
          low_stock_at: number;
          low_stock_clears_at: number;
          max_hold_turns: number;
          max_holds_per_minute: number;
          max_paying_seconds: number;
          max_requests_per_address: number;
          max_share_per_address_percent: number;
          max_unconverted_holds: number;
          max_units_per_address: number;
          max_units_per_line: number;
          max_units_per_shopper: number;
          max_units_per_variant: number;
          merged_guest_seconds: number;
          min_returned_seconds: number;
          min_units_per_address: number;
          payment_window_seconds: number;
          shipping_cents: number;
          shop_currency: string;
          shown_stock_limit: number;
          trail_kept_days: number | null;
          unconverted_window_seconds: number;
          vip_hold_seconds: number;
        };
        ComputedFields: never;
        Insert: {
          cool_down_seconds?: number;
          hold_seconds?: number;
          is_only_row?: boolean;
          lapsed_shown_seconds?: number;
          low_stock_at?: number;
          low_stock_clears_at?: number;
          max_hold_turns?: number;
          max_holds_per_minute?: number;
          max_paying_seconds?: number;
          max_requests_per_address?: number;
          max_share_per_address_percent?: number;
          max_unconverted_holds?: number;
          max_units_per_address?: number;
          max_units_per_line?: number;
          max_units_per_shopper?: number;
          max_units_per_variant?: number;
          merged_guest_seconds?: number;
          min_returned_seconds?: number;
          min_units_per_address?: number;
          payment_window_seconds?: number;
          shipping_cents?: number;
          shop_currency?: string;
          shown_stock_limit?: number;
          trail_kept_days?: number | null;
          unconverted_window_seconds?: number;
          vip_hold_seconds?: number;
        };
        Update: {
          cool_down_seconds?: number;
          hold_seconds?: number;
          is_only_row?: boolean;
          lapsed_shown_seconds?: number;
          low_stock_at?: number;
          low_stock_clears_at?: number;
          max_hold_turns?: number;
          max_holds_per_minute?: number;
          max_paying_seconds?: number;
          max_requests_per_address?: number;
          max_share_per_address_percent?: number;
          max_unconverted_holds?: number;
          max_units_per_address?: number;
          max_units_per_line?: number;
          max_units_per_shopper?: number;
          max_units_per_variant?: number;
          merged_guest_seconds?: number;
          min_returned_seconds?: number;
          min_units_per_address?: number;
          payment_window_seconds?: number;
          shipping_cents?: number;
          shop_currency?: string;
          shown_stock_limit?: number;
          trail_kept_days?: number | null;
          unconverted_window_seconds?: number;
          vip_hold_seconds?: number;
        };
        Relationships: [];
      };
      sweep_runs: {
        Row: {
          expired: number;
          finished_at: string;
          id: number;
          is_more: boolean;
          started_at: string;
          units: number;
        };
        ComputedFields: never;
        Insert: {
          expired: number;
          finished_at: string;
          id?: never;
          is_more: boolean;
          started_at: string;
          units: number;
        };
        Update: {
          expired?: number;
          finished_at?: string;
          id?: never;
          is_more?: boolean;
          started_at?: string;
          units?: number;
        };
        Relationships: [];
      };
      trail_totals: {
        Row: {
          actor: string;
          cause: string;
          changes: number;
          day: string;
          entity: string;
          location_id: string;
          units_after: number;
          units_before: number;
          variant_id: string;
        };
        ComputedFields: never;
        Insert: {
          actor: string;
          cause: string;
          changes: number;
          day: string;
          entity: string;
          location_id: string;
          units_after: number;
          units_before: number;
          variant_id: string;
        };
        Update: {
          actor?: string;
          cause?: string;
          changes?: number;
          day?: string;
          entity?: string;
          location_id?: string;
          units_after?: number;
          units_before?: number;
          variant_id?: string;
        };
        Relationships: [];
      };
      variants: {
        Row: {
          created_at: string;
          currency: string;
          id: string;
          name: string;
          position: number;
          price_cents: number;
          product_id: string;
          sku: string;
        };
        ComputedFields: never;
        Insert: {
          created_at?: string;
          currency?: string;
          id?: string;
          name: string;
          position?: number;
          price_cents: number;
          product_id: string;
          sku: string;
        };
        Update: {
          created_at?: string;
          currency?: string;
          id?: string;
          name?: string;
          position?: number;
          price_cents?: number;
          product_id?: string;
          sku?: string;
        };
        Relationships: [
          {
            foreignKeyName: "variants_product_id_fkey";
            columns: ["product_id"];
            isOneToOne: false;
            referencedRelation: "products";
            referencedColumns: ["id"];
          },
        ];
      };
      webhook_failures: {
        Row: {
          deliveries: number;
          hour: string;
          last_at: string;
          reason: string;
        };
        ComputedFields: never;
        Insert: {
          deliveries: number;
          hour: string;
          last_at: string;
          reason: string;
        };
        Update: {
          deliveries?: number;
          hour?: string;
          last_at?: string;
          reason?: string;
        };
        Relationships: [];
      };
    };
    Views: {
      audit_log: {
        Row: {
          actor: string | null;
          after: Json | null;
          at: string | null;
          before: Json | null;
          cause: string | null;
          entity: string | null;
          entity_id: string | null;
          id: number | null;
          location_id: string | null;
          shopper_id: string | null;
          variant_id: string | null;
        };
        ComputedFields: never;
        Relationships: [];
      };
      expired_reservations: {
        Row: {
          created_at: string;
          ended_at: string | null;
          expires_at: string;
          id: string;
          is_unswept: boolean | null;
          location_id: string;
          quantity: number;
          shopper_id: string;
          variant_id: string;
        };
        ComputedFields: never;
        Insert: {
          created_at?: string | null;
          ended_at?: string | null;
          expires_at?: string | null;
          id?: string | null;
          is_unswept?: never;
          location_id?: string | null;
          quantity?: number | null;
          shopper_id?: string | null;
          variant_id?: string | null;
        };
        Update: {
          created_at?: string | null;
          ended_at?: string | null;
          expires_at?: string | null;
          id?: string | null;
          is_unswept?: never;
          location_id?: string | null;
          quantity?: number | null;
          shopper_id?: string | null;
          variant_id?: string | null;
        };
        Relationships: [];
      };
      reservation_refusals: {
        Row: {
          hour: string | null;
          reason: string | null;
          requests: number | null;
          units: number | null;
          variant_id: string | null;
        };
        ComputedFields: never;
        Relationships: [];
      };
      reservation_summary: {
        Row: {
          active_holds: number | null;
          active_units: number | null;
          lapsed_holds: number | null;
          lapsed_units: number | null;
          location_id: string;
          next_expiry_at: string | null;
          paying_holds: number | null;
          paying_units: number | null;
          variant_id: string;
        };
        ComputedFields: never;
        Relationships: [];
      };
      stock_availability: {
        Row: {
          available: number | null;
          lapsed_units: number | null;
          location_code: string;
          location_id: string;
          on_hand: number;
          product_name: string;
          reserved: number;
          safety_stock: number;
          sku: string;
          variant_id: string;
          variant_name: string;
        };
        ComputedFields: never;
        Relationships: [
          {
            foreignKeyName: "stock_levels_location_id_fkey";
            columns: ["location_id"];
            isOneToOne: false;
            referencedRelation: "locations";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "stock_levels_variant_id_fkey";
            columns: ["variant_id"];
            isOneToOne: false;
            referencedRelation: "variants";
            referencedColumns: ["id"];
          },
        ];
      };
    };
    Functions: {
      adjust_stock: {
        Args: {
          p_delta: number;
          p_location_id: string;
          p_reason: string;
          p_release_newest?: boolean;
          p_variant_id: string;
        };
        Returns: Json;
      };
      admin_adjust_stock: {
        Args: {
          p_admin_id: string;
          p_delta: number;
          p_location_id: string;
          p_reason: string;
          p_release_newest: boolean;
          p_variant_id: string;
        };
        Returns: Json;
      };
      admin_alerts: { Args: Record<PropertyKey, never>; Returns: Json };
      admin_import_stock: {
        Args: { p_admin_id: string; p_reason: string; p_rows: Json; p_version?: string };
        Returns: Json;
      };
      admin_once: {
        Args: {
          p_admin_id: string;
          p_args: Json;
          p_body_hash: string;
          p_change: string;
          p_idempotency_key: string;
        };
        Returns: Json;
      };
      admin_overview: { Args: { p_hours?: number }; Returns: Json };
      admin_products: { Args: Record<PropertyKey, never>; Returns: Json };
      admin_release_reservation: {
        Args: { p_admin_id: string; p_reason: string; p_reservation_id: string };
        Returns: Json;
      };
      admin_repair_stock: { Args: { p_admin_id: string; p_dry_run: boolean }; Returns: Json };
      admin_reservation: { Args: { p_reservation_id: string }; Returns: Json };
      admin_reservations: {
        Args: {
          p_before?: string;
          p_limit?: number;
          p_shopper_id?: string;
          p_state?: string;
          p_variant_id?: string;
        };
        Returns: Json;
      };
      admin_save_picture: { Args: { p_admin_id: string; p_content: string }; Returns: Json };
      admin_save_product: {
        Args: { p_admin_id: string; p_product: Json; p_product_id?: string };
        Returns: Json;
      };
      admin_save_settings: { Args: { p_admin_id: string; p_settings: Json }; Returns: Json };
      admin_save_variant: {
        Args: { p_admin_id: string; p_product_id?: string; p_variant: Json; p_variant_id?: string };
        Returns: Json;
      };
      admin_set_safety_stock: {
        Args: { p_admin_id: string; p_location_id: string; p_safety_stock: number; p_variant_id: string };
        Returns: Json;
      };
      admin_settings: { Args: Record<PropertyKey, never>; Returns: Json };
      admin_stock: { Args: Record<PropertyKey, never>; Returns: Json };
      admin_sweep_runs: { Args: { p_before?: number; p_limit?: number }; Returns: Json };
      admin_variant_timeline: {
        Args: { p_at?: string; p_limit?: number; p_minutes?: number; p_variant_id: string };
        Returns: Json;
      };
      cancel_order: { Args: { p_actor?: string; p_order_id: string; p_restock?: boolean }; Returns: Json };
      claim_alerts: { Args: { p_limit?: number }; Returns: Json };
      claim_mails: { Args: { p_limit: number }; Returns: Json };
      claim_refunds: { Args: { p_limit: number }; Returns: Json };
      claim_settlements: { Args: { p_limit: number; p_variant_ids?: string[] }; Returns: Json };
      count_sign_in_attempt: { Args: { p_email: string; p_way: string }; Returns: Json };
      count_webhook_failures: { Args: { p_failures: Json }; Returns: Json };
      decide_restock: {
        Args: { p_order_line_id: string; p_quantity?: number; p_refund_id: string; p_restock: boolean };
        Returns: Json;
      };
      erase_account: { Args: { p_session_id: string; p_user_id: string }; Returns: Json };
      erase_due_orders: { Args: { p_limit?: number }; Returns: Json };
      expire_reservations: { Args: { p_limit?: number }; Returns: Json };
      extend_reservations: {
        Args: {
          p_body_hash?: string;
          p_idempotency_key?: string;
          p_mode?: string;
          p_reservation_ids?: string[];
          p_shopper_id: string;
        };
        Returns: Json;
      };
      find_money: { Args: { p_payment_intent_id: string }; Returns: Json };
      forget_sign_in_attempts: { Args: { p_email: string; p_way: string }; Returns: Json };
      get_availability: { Args: { p_variant_ids: string[] }; Returns: Json };
      get_cart: { Args: { p_shopper_id: string }; Returns: Json };
      get_checkout: { Args: { p_shopper_id: string }; Returns: Json };
      get_hold_pause: { Args: { p_shopper_id: string }; Returns: Json };
      get_order: { Args: { p_order_id: string; p_shopper_id?: string }; Returns: Json };
      get_payment: {
        Args: { p_payment_id?: string; p_payment_intent_id?: string; p_session_id?: string };
        Returns: Json;
      };
      get_picture: { Args: { p_hash: string; p_type: string }; Returns: Json };
      list_orders: {
        Args: { p_before_number?: number; p_limit?: number; p_shopper_id: string };
        Returns: Json;
      };
      mark_shipped: { Args: { p_order_id: string; p_tracking?: string }; Returns: Json };
      note_event: { Args: { p_event_id: string; p_event_type: string }; Returns: Json };
      open_payment: { Args: { p_shopper_id: string }; Returns: Json };
      payments_to_reconcile: { Args: { p_after?: string; p_limit?: number }; Returns: Json };
      prune_old_records: { Args: { p_limit?: number }; Returns: Json };
      prune_sources: { Args: { p_limit?: number }; Returns: Json };
      reconcile_stock: { Args: Record<PropertyKey, never>; Returns: Json };
      record_alert: { Args: { p_alert_id: string; p_error?: string; p_told: string[] }; Returns: Json };
      record_dispute: {
        Args: { p_details?: Json; p_event_id?: string; p_event_type?: string; p_payment_intent_id: string };
        Returns: Json;
      };
      record_mail: { Args: { p_error?: string; p_mail_id: string }; Returns: Json };
      record_outside_refund: {
        Args: { p_event_id?: string; p_event_type?: string; p_payment_intent_id: string; p_stripe: Json };
        Returns: Json;
      };
      record_paid_order: {
        Args: { p_details: Json; p_lines: Json; p_payment: Json; p_shopper_id?: string; p_source: string };
        Returns: Json;
      };
      record_refund: {
        Args: { p_event_id?: string; p_event_type?: string; p_refund_id: string; p_stripe: Json };
        Returns: Json;
      };
      record_session: {
        Args: { p_payment_id: string; p_session_id: string; p_session_url: string };
        Returns: Json;
      };
      release_reservations: {
        Args: {
          p_body_hash?: string;
          p_idempotency_key?: string;
          p_mode?: string;
          p_reservation_ids?: string[];
          p_shopper_id: string;
        };
        Returns: Json;
      };
      repair_stock_consistency: { Args: { p_dry_run?: boolean }; Returns: Json };
      request_refund: {
        Args: {
          p_actor?: string;
          p_amount_cents?: number;
          p_body_hash?: string;
          p_idempotency_key?: string;
          p_includes_shipping?: boolean;
          p_lines: Json;
          p_order_id: string;
          p_reason?: string;
        };
        Returns: Json;
      };
      reservation_stats: { Args: { p_since?: string }; Returns: Json };
      reserve_stock: { Args: { p_requests: Json }; Returns: Json };
      retry_refund: { Args: { p_refund_id: string }; Returns: Json };
      search_orders: { Args: { p_before_number?: number; p_filter?: Json; p_limit?: number }; Returns: Json };
      set_reservation_quantity: {
        Args: {
          p_body_hash?: string;
          p_idempotency_key?: string;
          p_quantity: number;
          p_reservation_id: string;
          p_shopper_id: string;
        };
        Returns: Json;
      };
      settle_payment: {
        Args: {
          p_event_id?: string;
          p_event_type?: string;
          p_payment_id: string;
          p_stripe: Json;
          p_then: string;
        };
        Returns: Json;
      };
      shop_health: { Args: { p_with_drift?: boolean }; Returns: Json };
      start_checkout: {
        Args: {
          p_body_hash?: string;
          p_cart_version: string;
          p_details: Json;
          p_expected_total_cents: number;
          p_idempotency_key?: string;
          p_return_origin: string;
          p_shopper_id: string;
        };
        Returns: Json;
      };
      stock_health: { Args: Record<PropertyKey, never>; Returns: Json };
      track_alerts: { Args: { p_kinds: string[]; p_raised: Json }; Returns: Json };
      transfer_reservations: { Args: { p_from_shopper_id: string; p_to_shopper_id: string }; Returns: Json };
      validate_reservations: { Args: { p_shopper_id: string }; Returns: Json };
      validate_stock_consistency: { Args: Record<PropertyKey, never>; Returns: Json };
      watch_low_stock: { Args: Record<PropertyKey, never>; Returns: Json };
    };
    Enums: {
      order_status: "pending" | "paid" | "refunded_out_of_stock" | "refunded" | "cancelled";
      payment_status: "open" | "processing" | "succeeded" | "failed" | "expired";
      refund_status: "requested" | "pending" | "succeeded" | "failed";
      reservation_status: "active" | "paying" | "confirmed" | "released" | "expired";
      shopper_tier: "standard" | "vip";
    };
    CompositeTypes: {
      [_ in never]: never;
    };
  };
};

type DatabaseWithoutInternals = Omit<Database, "__InternalSupabase">;

type DefaultSchema = DatabaseWithoutInternals[Extract<keyof Database, "public">];

export type Tables<
  DefaultSchemaTableNameOrOptions extends
    | keyof (DefaultSchema["Tables"] & DefaultSchema["Views"])
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  }
    ? keyof (DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"] &
        DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Views"])
    : never = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? (DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"] &
      DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Views"])[TableName] extends {
      Row: infer R;
    }
    ? R
    : never
  : DefaultSchemaTableNameOrOptions extends keyof (DefaultSchema["Tables"] & DefaultSchema["Views"])
    ? (DefaultSchema["Tables"] & DefaultSchema["Views"])[DefaultSchemaTableNameOrOptions] extends {
        Row: infer R;
      }
      ? R
      : never
    : never;

export type TablesInsert<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema["Tables"]
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    : never = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"][TableName] extends {
      Insert: infer I;
    }
    ? I
    : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"]
    ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
        Insert: infer I;
      }
      ? I
      : never
    : never;

export type TablesUpdate<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema["Tables"]
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    : never = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"][TableName] extends {
      Update: infer U;
    }
    ? U
    : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"]
    ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
        Update: infer U;
      }
      ? U
      : never
    : never;

export type Enums<
  DefaultSchemaEnumNameOrOptions extends
    | keyof DefaultSchema["Enums"]
    | { schema: keyof DatabaseWithoutInternals },
  EnumName extends DefaultSchemaEnumNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]]["Enums"]
    : never = never,
> = DefaultSchemaEnumNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]]["Enums"][EnumName]
  : DefaultSchemaEnumNameOrOptions extends keyof DefaultSchema["Enums"]
    ? DefaultSchema["Enums"][DefaultSchemaEnumNameOrOptions]
    : never;

export type CompositeTypes<
  PublicCompositeTypeNameOrOptions extends
    | keyof DefaultSchema["CompositeTypes"]
    | { schema: keyof DatabaseWithoutInternals },
  CompositeTypeName extends PublicCompositeTypeNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  }
    ? keyof DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions["schema"]]["CompositeTypes"]
    : never = never,
> = PublicCompositeTypeNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions["schema"]]["CompositeTypes"][CompositeTypeName]
  : PublicCompositeTypeNameOrOptions extends keyof DefaultSchema["CompositeTypes"]
    ? DefaultSchema["CompositeTypes"][PublicCompositeTypeNameOrOptions]
    : never;

export const Constants = {
  public: {
    Enums: {
      order_status: ["pending", "paid", "refunded_out_of_stock", "refunded", "cancelled"],
      payment_status: ["open", "processing", "succeeded", "failed", "expired"],
      refund_status: ["requested", "pending", "succeeded", "failed"],
      reservation_status: ["active", "paying", "confirmed", "released", "expired"],
      shopper_tier: ["standard", "vip"],
    },
  },
} as const;
