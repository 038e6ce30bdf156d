using CnnService.Training.Tensors;

namespace CnnService.Training.Kernels;

/// <summary>Memory that the layers of a network use in turns: what one leaves there is gone when the next one works.</summary>
internal sealed class Scratch
{
    private readonly Dictionary<string, FloatBuffer> buffers = [];

    /// <summary>Memory for a purpose, the same for all that ask; its numbers are any.</summary>
    /// <param name="purpose">What it is for. Who needs two at a time names two purposes.</param>
    /// <param name="length">The fewest numbers.</param>
    public FloatBuffer Take(string purpose, int length)
    {
        if (!buffers.TryGetValue(purpose, out FloatBuffer? buffer) || buffer.Length < length) buffers[purpose] = buffer = new FloatBuffer(length);
        return buffer;
    }

    /// <summary>Several for a purpose, such as one per worker.</summary>
    public FloatBuffer[] Several(string purpose, int number, int length) => [.. Enumerable.Range(0, number).Select(i => Take($"{purpose} {i}", length))];
}

/// <summary>What the kernels of all layers of a bound network work with.</summary>
/// <param name="Team">The threads that share the work.</param>
/// <param name="Scratch">The memory that they use in turns.</param>
/// <param name="Capacity">The most images of a batch.</param>
/// <param name="KeepsFilters">Whether parameters never change, so that packed filters are kept; else they are packed before each use.</param>
internal sealed record LayerMemory(Team Team, Scratch Scratch, int Capacity, bool KeepsFilters);
