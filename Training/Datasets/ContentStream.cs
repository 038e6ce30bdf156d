using System.IO.Compression;
using CnnService.Training.Specs;

namespace CnnService.Training.Datasets;

/// <summary>How much content one dataset can have, over all its files.</summary>
/// <param name="bytes">The limit, default 2 GB (2^31).</param>
internal sealed class ContentLimit(long bytes = 1L << 31)
{
    private const int RatioLimit = 200;
    private const long RatioFrom = 16 << 20;

    /// <summary>How much was read so far, in bytes.</summary>
    public long Read { get; private set; }

    /// <summary>Counts bytes that were read from the file of that name; refuses those over the limit.</summary>
    public void Count(int length, string name)
    {
        Read += length;
        if (Read > bytes) throw new InvalidInputException(name, $"with it the dataset has more than {bytes} bytes of unpacked content, the limit.");
    }

    /// <summary>Refuses content of over 200 times the size of its file, once there are 16 MB of it: pictures do not pack so well.</summary>
    public static void CheckRatio(long content, long packed, string name)
    {
        if (content > RatioFrom && content > RatioLimit * packed)
            throw new InvalidInputException(name, $"its content is over {RatioLimit} times as large as the file itself.");
    }
}

/// <summary>
/// Reads a file forward, counts what is read, and refuses it by its name when its packing is broken.
/// The stream below is left open.
/// </summary>
/// <param name="source">What is read.</param>
/// <param name="name">The file's name.</param>
/// <param name="limit">What also counts the content, if anything.</param>
internal class ContentStream(Stream source, string name, ContentLimit? limit) : ForwardStream
{
    /// <summary>How many bytes were read.</summary>
    public long BytesRead { get; private set; }

    /// <summary>The stream below.</summary>
    protected Stream Source => source;

    /// <summary>The file's name.</summary>
    protected string Name => name;

    /// <summary>What also counts the content, if anything.</summary>
    protected ContentLimit? Limit => limit;

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        try
        {
            int length = source.Read(buffer);
            BytesRead += length;
            limit?.Count(length, name);
            return length;
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw Damage();
        }
    }

    /// <summary>The refusal of a file whose packing is broken.</summary>
    protected virtual InvalidInputException Damage() => new(name, $"after {BytesRead} bytes of content it is cut off or damaged; download or pack it again.");
}

/// <summary>
/// The content of a gzip file (RFC 1952) of any number of members, and with anything behind them, as gzip reads it. A file that was cut off
/// is refused, and so is content that packs too well.
/// </summary>
internal sealed class UnpackedStream : ContentStream
{
    private readonly ContentStream packed;
    private readonly GZipStream unpacked;

    // Without it GZipStream takes the end of its input for the end of the content, wherever it comes. It is read once in a process, so our
    // own programs have it in their configuration.
    static UnpackedStream() => AppContext.SetSwitch("System.IO.Compression.UseStrictValidation", true);

    /// <summary>Unpacks a stream, which is left open, while it is read.</summary>
    public UnpackedStream(Stream source, string name, ContentLimit limit)
        : this(new ContentStream(source, name, limit: null), name, limit)
    {
    }

    private UnpackedStream(ContentStream packed, string name, ContentLimit limit)
        : this(packed, new GZipStream(packed, CompressionMode.Decompress), name, limit)
    {
    }

    private UnpackedStream(ContentStream packed, GZipStream unpacked, string name, ContentLimit limit)
        : base(unpacked, name, limit) => (this.packed, this.unpacked) = (packed, unpacked);

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        int length = base.Read(buffer);
        ContentLimit.CheckRatio(BytesRead, packed.BytesRead, Name);
        return length;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) unpacked.Dispose();
        base.Dispose(disposing);
    }
}
