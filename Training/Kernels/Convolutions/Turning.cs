using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using CnnService.Training.Tensors;

namespace CnnService.Training.Kernels.Convolutions;

/// <summary>Turns images around, so that the channels of a pixel lie side by side as the lanes of vectors, and back.</summary>
/// <remarks>Four by four, as single numbers a kilobyte apart took longer than the products they were for.</remarks>
internal static unsafe class Turning
{
    private const int Side = 4;

    // Where the columns of four rows of four numbers lie.
    private static Vector512<int> Columns => Vector512.Create(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);

    private static Vector128<byte> ByteColumns => Vector128.Create((byte)0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);

    /// <summary>(C, pixels) to (pixel, C), pixel p at places[p].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ToLanes(ReadOnlySpan<float> x, int C, int[] places, FloatBuffer image)
    {
        int pixels = places.Length, wholePixels = pixels / Side * Side, wholeChannels = C / Side * Side;
        float* to = image.Pointer;
        fixed (float* from = x)
        {
            for (int p = 0; p < wholePixels; p += Side)
            {
                float* to0 = to + places[p], to1 = to + places[p + 1], to2 = to + places[p + 2], to3 = to + places[p + 3], source = from + p;
                for (int c = 0; c < wholeChannels; c += Side, source += Side * pixels) Store(Turned(source, pixels), to0 + c, to1 + c, to2 + c, to3 + c);
            }

            for (int c = 0; c < C; c++)
                for (int p = c < wholeChannels ? wholePixels : 0; p < pixels; p++) to[places[p] + c] = from[c * pixels + p];
        }
    }

    /// <summary>(pixel, 16) to (C, pixels), for up to 16 channels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void FromLanes(byte* from, int pixels, int C, Span<byte> image)
    {
        int wholePixels = pixels / Side * Side, wholeChannels = C / Side * Side;
        fixed (byte* to = image)
        {
            for (int c = 0; c < wholeChannels; c += Side)
            {
                for (int p = 0; p < wholePixels; p += Side)
                {
                    Vector128<int> columns = Vector128.Shuffle(Rows(from + p * Tile.Columns + c, Tile.Columns).AsByte(), ByteColumns).AsInt32();
                    for (int i = 0; i < Side; i++) *(int*)(to + (c + i) * pixels + p) = columns[i];
                }
            }

            for (int c = 0; c < C; c++)
                for (int p = c < wholeChannels ? wholePixels : 0; p < pixels; p++) to[c * pixels + p] = from[p * Tile.Columns + c];
        }
    }

    /// <summary>
    /// (C, pixels) to (pixel, C), where a number of pixel p whose argmax is e goes to places[e][p], and 0 to the pixel's other places.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void WinnersToLanes(ReadOnlySpan<float> x, ReadOnlySpan<byte> argmax, int C, int[][] places, FloatBuffer image)
    {
        int pixels = places[0].Length, wholePixels = pixels / Side * Side, wholeChannels = C / Side * Side;
        float* to = image.Pointer;
        fixed (float* from = x)
        fixed (byte* won = argmax)
        {
            for (int c = 0; c < wholeChannels; c += Side)
            {
                for (int p = 0; p < wholePixels; p += Side)
                {
                    Vector512<float> turned = Turned(from + c * pixels + p, pixels);
                    Vector512<int> winners = Turned(won + c * pixels + p, pixels);
                    for (int e = 0; e < places.Length; e++)
                    {
                        Vector512<float> theirs = turned & Vector512.Equals(winners, Vector512.Create(e)).AsSingle();
                        ReadOnlySpan<int> place = places[e].AsSpan(p, Side);
                        Store(theirs, to + place[0] + c, to + place[1] + c, to + place[2] + c, to + place[3] + c);
                    }
                }
            }

            for (int c = 0; c < C; c++)
                for (int p = c < wholeChannels ? wholePixels : 0; p < pixels; p++)
                    for (int e = 0; e < places.Length; e++) to[places[e][p] + c] = won[c * pixels + p] == e ? from[c * pixels + p] : 0;
        }
    }

    /// <summary>(pixel, 16) to (C, pixels), for up to 16 channels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void FromLanes(float* from, int pixels, int C, Span<float> image)
    {
        int wholePixels = pixels / Side * Side, wholeChannels = C / Side * Side;
        fixed (float* to = image)
        {
            for (int c = 0; c < wholeChannels; c += Side)
            {
                float* to0 = to + c * pixels, to1 = to0 + pixels, to2 = to1 + pixels, to3 = to2 + pixels, source = from + c;
                for (int p = 0; p < wholePixels; p += Side, source += Side * Tile.Columns) Store(Turned(source, Tile.Columns), to0 + p, to1 + p, to2 + p, to3 + p);
            }

            for (int c = 0; c < C; c++)
                for (int p = c < wholeChannels ? wholePixels : 0; p < pixels; p++) to[c * pixels + p] = from[p * Tile.Columns + c];
        }
    }

    // The four columns of four rows of four numbers, one after the other.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Turned(float* from, int pitch)
    {
        Vector256<float> upper = Vector256.Create(Vector128.Load(from), Vector128.Load(from + pitch));
        Vector256<float> lower = Vector256.Create(Vector128.Load(from + 2 * pitch), Vector128.Load(from + 3 * pitch));
        return Vector512.Shuffle(Vector512.Create(upper, lower), Columns);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Turned(byte* from, int pitch)
    {
        Vector512<ushort> bytes = Vector512.WidenLower(Rows(from, pitch).AsByte().ToVector256Unsafe().ToVector512Unsafe());
        return Vector512.Shuffle(Vector512.WidenLower(bytes).AsInt32(), Columns);
    }

    // Four rows of four bytes.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Rows(byte* from, int pitch) =>
        Vector128.Create(*(int*)from, *(int*)(from + pitch), *(int*)(from + 2 * pitch), *(int*)(from + 3 * pitch));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector512<float> columns, float* to0, float* to1, float* to2, float* to3)
    {
        columns.GetLower().GetLower().Store(to0);
        columns.GetLower().GetUpper().Store(to1);
        columns.GetUpper().GetLower().Store(to2);
        columns.GetUpper().GetUpper().Store(to3);
    }
}
