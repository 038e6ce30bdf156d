using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace CnnService.Training.Tensors;

/// <summary>
/// Float memory that starts on a cache line (64 bytes) and never moves. Kernels may read, but not use, up to
/// <see cref="Slack"/> numbers past its end: whole vectors are loaded where only a part is wanted.
/// </summary>
internal sealed unsafe class FloatBuffer
{
    /// <summary>Numbers that can be read past the end: two vectors of 16.</summary>
    public const int Slack = 32;

    private const int Alignment = 64;
    private readonly float[] memory;
    private readonly int start;

    /// <summary>A buffer of <paramref name="length"/> zeros.</summary>
    public FloatBuffer(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        memory = GC.AllocateArray<float>(length + Slack + Alignment / sizeof(float), pinned: true);
        nuint address = (nuint)Unsafe.AsPointer(ref memory[0]);
        start = (int)((Alignment - address % Alignment) % Alignment / sizeof(float));
        Length = length;
    }

    /// <summary>Several buffers of equal length, such as one per worker.</summary>
    public static FloatBuffer[] Several(int number, int length) => [.. Enumerable.Range(0, number).Select(_ => new FloatBuffer(length))];

    /// <summary>How many numbers it holds.</summary>
    public int Length { get; }

    /// <summary>The first number; the memory is pinned for the buffer's life.</summary>
    public float* Pointer => (float*)Unsafe.AsPointer(ref memory[start]);

    /// <summary>All numbers.</summary>
    public Span<float> Span => memory.AsSpan(start, Length);

    /// <summary>The numbers from <paramref name="offset"/>, <paramref name="length"/> of them.</summary>
    public Span<float> Slice(int offset, int length) => Span.Slice(offset, length);

    /// <summary>The same numbers as bytes, in the same memory.</summary>
    public ReadOnlyMemory<byte> Bytes(int offset, int length) =>
        new ByteView(this).Memory.Slice(offset * sizeof(float), length * sizeof(float));

    private sealed class ByteView(FloatBuffer buffer) : MemoryManager<byte>
    {
        public override Span<byte> GetSpan() => MemoryMarshal.AsBytes(buffer.Span);

        public override MemoryHandle Pin(int elementIndex = 0) => new((byte*)buffer.Pointer + elementIndex);

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
