namespace CnnService.Api.Pictures;

/// <summary>
/// The area (box) filter: each new pixel is the mean of what it covers of the old picture, with partly covered pixels weighted by their share.
/// In whole numbers and rounded once, so that the result is exact and the same everywhere. Larger pictures are averaged, smaller ones repeated.
/// </summary>
internal static class AreaFilter
{
    /// <summary>Brings planes of (3, height, width) to (3, side, side).</summary>
    public static byte[] Resize(ReadOnlySpan<byte> planes, int width, int height, int side)
    {
        byte[] resized = new byte[3 * side * side];
        for (int c = 0; c < 3; c++)
            ResizePlane(planes.Slice(c * width * height, width * height), width, height, resized.AsSpan(c * side * side, side * side), side);
        return resized;
    }

    // In units of 1/side of an old pixel, new pixel o covers [o * width, (o + 1) * width), and old pixel i covers [i * side, (i + 1) * side).
    private static void ResizePlane(ReadOnlySpan<byte> plane, int width, int height, Span<byte> resized, int side)
    {
        long area = (long)width * height;
        for (int v = 0; v < side; v++)
        {
            for (int u = 0; u < side; u++)
            {
                long sum = 0;
                for (int y = (int)((long)v * height / side); (long)y * side < (v + 1L) * height; y++)
                    sum += Overlap(y, v, height, side) * Row(plane.Slice(y * width, width), u, side);
                resized[v * side + u] = (byte)((sum + area / 2) / area);
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
