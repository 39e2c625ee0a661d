/** A registry of a large city's size: more cameras around the real ones, each with its stream and its agreement. */
import type { LoadOptions } from '../../kit/demo/load.ts';
import { type Copied, draw, multiply, stride } from '../../kit/demo/multiply.ts';
import type { Volume } from '../../kit/demo/volume.ts';

export const multiplyCameras = (options: LoadOptions, volume: Volume): Promise<Record<string, number>> =>
  multiply(options, 'cameras_vendor', cameras(volume));

const cameras = ({ cameraCopies: copies }: Volume): Copied[] => {
  const asset = "b.ast_no || '-' || k";
  const agreement = `b.mou_no + ${stride} * k`;
  /** Up to 400 m aside; what is no number, or nowhere near, stays as it was typed. */
  const aside = (column: string, salt: number) =>
    `CASE WHEN b.${column} ~ '^-?[0-9]{2}[.][0-9]+$' THEN (b.${column}::numeric + (${draw('b.ast_no', 8_192, salt)} - 4096) * 0.000001)::text ELSE b.${column} END`;
  return [
    {
      table: 'cam_ast',
      copies,
      set: { ast_no: asset, ast_dsc: "b.ast_dsc || ', copy ' || k", lat_txt: aside('lat_txt', 1), lon_txt: aside('lon_txt', 2) },
    },
    { table: 'strm_ref', copies, set: { strm_no: "b.strm_no || '-' || k", ast_no: asset } },
    { table: 'mou_hdr', copies, set: { mou_no: agreement } },
    { table: 'mou_trg', copies, set: { mou_no: agreement } },
    { table: 'mou_ast', copies, set: { mou_no: agreement, ast_no: asset } },
  ];
};
