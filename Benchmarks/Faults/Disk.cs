namespace CnnService.Benchmarks.Faults;

/// <summary>The folder of all data directories, which goes at the end with what is mounted in it.</summary>
internal sealed class Disk : IDisposable
{
    private readonly Lock changing = new();
    private readonly HashSet<string> mounted = [];
    private int created;
    private bool isGone;

    /// <summary>The folder.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("cnnservice-faults-").FullName;

    /// <summary>A new folder, on a file system of its own if a size is given.</summary>
    public string Create(int? megabytes)
    {
        ObjectDisposedException.ThrowIf(isGone, this);
        string path = Directory.CreateDirectory(Path.Combine(Folder, $"{++created}")).FullName;
        if (megabytes is null) return path;
        lock (changing) mounted.Add(path);
        Tools.Start("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "none", path).WaitForExit();
        return path;
    }

    /// <summary>Removes a folder.</summary>
    public void Remove(string path)
    {
        bool isMounted;
        lock (changing) isMounted = mounted.Remove(path);
        if (isMounted) Tools.Start("umount", "-l", path).WaitForExit();
        if (Directory.Exists(path)) Directory.Delete(path, recursive: true);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        isGone = true;
        string[] paths;
        lock (changing) paths = [.. mounted];
        foreach (string path in paths) Remove(path);
        if (Directory.Exists(Folder)) Directory.Delete(Folder, recursive: true);
    }
}
