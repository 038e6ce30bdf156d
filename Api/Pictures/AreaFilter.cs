
namespace CnnService.Api.Pictures;

/// <summary>
/// The area (box) filter: each new pixel is the mean of what it covers of the old picture, with partly covered pixels weighted by their share.
/// In whole numbers and rounded once, so that the result is exact and the same everywhere. Larger pictures are averaged, smaller ones repeated.
/// </summary>
internal static class AreaFilter
{
    /// <summary>A picture's planes in another size, (3, height, width).</summary>
    public static byte[] Resize(Planes picture, int width, int height)
    {
        byte[] resized = new byte[3 * width * height];
        int oldPlane = picture.Width * picture.Height, plane = width * height;
        for (int c = 0; c < 3; c++)
            ResizePlane(picture.Bytes.AsSpan(c * oldPlane, oldPlane), picture.Width, picture.Height, resized.AsSpan(c * plane, plane), width);
        return resized;
    }

    // In units of 1/side of an old pixel, new pixel o covers [o * length, (o + 1) * length), and old pixel i covers [i * side, (i + 1) * side), where
    // length is the old width or height and side the new one.
    private static void ResizePlane(ReadOnlySpan<byte> plane, int oldWidth, int oldHeight, Span<byte> resized, int width)
    {
        long area = (long)oldWidth * oldHeight;
        int height = resized.Length / width;
        for (int v = 0; v < height; v++)
        {
            for (int u = 0; u < width; u++)
            {
                long sum = 0;
                for (int y = (int)((long)v * oldHeight / height); (long)y * height < (v + 1L) * oldHeight; y++)
                    sum += Overlap(y, v, oldHeight, height) * Row(plane.Slice(y * oldWidth, oldWidth), u, width);
                resized[v * width + u] = (byte)((sum + area / 2) / area);
            }
        }
    }

    private static long Row(ReadOnlySpan<byte> row, int u, int side)
    {
        int first = (int)((long)u * row.Length / side), last = (int)(((u + 1L) * row.Length - 1) / side);
        if (first == last) return Overlap(first, u, row.Length, side) * row[first];
        long whole = 0;
        foreach (byte value in row[(first + 1)..last]) whole += value;
        return side * whole + Overlap(first, u, row.Length, side) * row[first] + Overlap(last, u, row.Length, side) * row[last];
    }

    private static long Overlap(int old, int created, int length, int side) =>
        Math.Min((old + 1L) * side, (created + 1L) * length) - Math.Max((long)old * side, (long)created * length);
}
