using System.Text.RegularExpressions;
using CnnService.Api.Hosting;

namespace CnnService.Api.Datasets;

/// <summary>
/// Contents that no row names, such as after a crash between the file and its row, or beside a database that was restored from an older
/// copy. Each is kept for a month from the start that first found it so; that time is the one of an empty file beside it, its mark, which
/// goes when a row names the content again.
/// </summary>
internal sealed partial class UnclaimedContents(DataDirectory directory, TimeProvider time, ILogger<UnclaimedContents> log)
{
    private const int DaysKept = 30; // long enough to miss a dataset and to restore the database
    private const string MarkEnding = ".unclaimed";

    /// <summary>
    /// Marks and reports the contents that nothing needs, and deletes those whose time is over; files with other names stay.
    /// </summary>
    /// <param name="needed">The SHA-256 of each content that a row names.</param>
    public void Review(IReadOnlySet<string> needed)
    {
        string[] names = [.. Directory.EnumerateFiles(directory.Datasets).Select(file => Path.GetFileName(file))];
        string[] contents = [.. names.Where(name => ContentName().IsMatch(name))];
        foreach (string sha256 in contents) Try(sha256, needed.Contains(sha256) ? Claim : Keep);
        foreach (string mark in names.Where(name => name.EndsWith(MarkEnding, StringComparison.Ordinal)))
            if (mark[..^MarkEnding.Length] is var sha256 && ContentName().IsMatch(sha256) && !contents.Contains(sha256)) Try(sha256, Claim);
    }

    /// <summary>Takes the mark from a content that a row names, or that is gone.</summary>
    public void Claim(string sha256)
    {
        if (MarkOf(sha256) is { Exists: true, Length: 0 } mark) mark.Delete();
    }

    private FileInfo MarkOf(string sha256) => new(Path.Combine(directory.Datasets, sha256 + MarkEnding));

    private void Keep(string sha256)
    {
        FileInfo mark = MarkOf(sha256);
        DateTime now = time.GetUtcNow().UtcDateTime;
        if (mark is not { Exists: true, Length: 0 })
        {
            using (mark.Open(FileMode.CreateNew)) { }
            mark.LastWriteTimeUtc = now;
        }

        DateTime until = mark.LastWriteTimeUtc.AddDays(DaysKept);
        if (now <= until)
        {
            LogKept(sha256, DaysKept, until);
            return;
        }

        File.Delete(Path.Combine(directory.Datasets, sha256));
        mark.Delete();
        LogDeleted(sha256, DaysKept);
    }

    // A file that the service may not touch keeps it from nothing else.
    private void Try(string sha256, Action<string> action)
    {
        try
        {
            action(sha256);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogFailed(e, sha256);
        }
    }

    [GeneratedRegex(@"\A[0-9a-f]{64}\z")]
    private static partial Regex ContentName();

    [LoggerMessage(1, LogLevel.Warning, "The content {Sha256} belongs to no dataset. It is kept for {Days} days, until {Until:yyyy-MM-dd}, "
        + "and deleted at the first start after that; to keep it, restore the database that names it, or upload its dataset again.")]
    private partial void LogKept(string sha256, int days, DateTime until);

    [LoggerMessage(2, LogLevel.Warning, "The content {Sha256} belonged to no dataset for {Days} days, and is deleted.")]
    private partial void LogDeleted(string sha256, int days);

    [LoggerMessage(3, LogLevel.Warning, "The content {Sha256}, or its mark that no dataset has it, cannot be changed.")]
    private partial void LogFailed(Exception exception, string sha256);
}
