using CnnService.Training.Specs;

namespace CnnService.Training.Datasets;

/// <summary>One file of a dataset; its content can be read until the next file is asked for.</summary>
public sealed record DatasetFile
{
    private readonly HeadedStream content;

    /// <summary>A file of some bytes, read forward only.</summary>
    public DatasetFile(string name, Stream content) => (Name, this.content) = (name, new HeadedStream(content, name));

    /// <summary>An entry that stands for a folder itself.</summary>
    /// <param name="path">The folder and those above it; "." alone is the archive's root.</param>
    internal static DatasetFile OfFolder(IReadOnlyList<string> path) => new("", Stream.Null) { Folders = path is ["."] ? [] : path };

    /// <summary>The file's own name, without folders.</summary>
    public string Name { get; init; }

    /// <summary>The folders of an archive in which the file lies, the outermost first.</summary>
    public IReadOnlyList<string> Folders { get; init; } = [];

    /// <summary>The code page of its folders and name, where it was guessed, as no archive tells it; null otherwise.</summary>
    public string? GuessedCodePage { get; init; }

    /// <summary>Its bytes, unpacked if they are packed by gzip.</summary>
    public Stream Content => content;

    /// <summary>The number of its bytes; null where nobody knows before they are read.</summary>
    public long? Length { get; init; }

    /// <summary>The reason why its bytes cannot be had, and what would be right; null for a file that can be read.</summary>
    public string? Refusal { get; init; }

    /// <summary>The kind of the file by its first bytes.</summary>
    public FileKind Kind => FileKinds.Of(content.Head);

    /// <summary>What is wrong with its first bytes; null where they can be read.</summary>
    internal string? DamageOfHead => content.Head.Length < FileKinds.HeadLength ? content.Damage?.Reason : null;

    /// <summary>What text it is in place of what its name says, in words; null where it may be what it says.</summary>
    public string? TextInPlace => Kind == FileKind.Unknown ? FileKinds.TextIn(content.Head) : null;

    /// <summary>Folders and name, as people write them.</summary>
    public string Path => string.Join('/', [.. Folders, Name]);

    /// <summary>The name without .gz, by which formats know their files.</summary>
    public string PlainName => Name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? Name[..^".gz".Length] : Name;

    /// <summary>Whether it stands for the folder itself.</summary>
    internal bool IsFolder => Name.Length == 0;
}

/// <summary>
/// A stream whose first bytes can be looked at before they are read. Damage that is met there is told to who reads on, as that of all other bytes.
/// </summary>
/// <param name="source">The stream to read; it stays open.</param>
/// <param name="name">The name by which the stream tells its own damage, in difference to an archive's; null for none.</param>
internal sealed class HeadedStream(Stream source, string? name = null) : ForwardStream
{
    private byte[]? head;
    private int taken; // of the head

    /// <summary>The damage behind the first bytes, if they were looked at; null where there is none.</summary>
    public InvalidInputException? Damage { get; private set; }

    /// <summary>The first bytes: <see cref="FileKinds.HeadLength"/> of them, or all that there are.</summary>
    public ReadOnlySpan<byte> Head
    {
        get
        {
            if (head is not null) return head;
            byte[] first = new byte[FileKinds.HeadLength];
            int length = 0;
            try
            {
                for (int read; (read = source.Read(first.AsSpan(length))) > 0;) length += read;
            }
            catch (InvalidInputException e) when (e.Part == name)
            {
                Damage = e;
            }

            return head = first[..length];
        }
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        if (head is null || taken == head.Length) return Damage is null ? source.Read(buffer) : throw Damage;
        int length = Math.Min(buffer.Length, head.Length - taken);
        head.AsSpan(taken, length).CopyTo(buffer);
        taken += length;
        return length;
    }
}
