namespace CnnService.Api.Datasets;

/// <summary>
/// Which folders of an archive are classes and which are parts. The class of a picture is the folder that directly holds it. Folders above
/// are the same for most of the pictures, but for those that name a part, and pictures that lie elsewhere are strays. Parts are train or
/// training, test or testing, and val, valid or validation, which is the test part where there is no other; a folder may name its part in
/// one word of several, as seg_train does. A part's name is never a class.
/// </summary>
internal sealed class FolderLayout
{
    private static readonly string[] Train = ["train", "training"], Test = ["test", "testing"], Validation = ["val", "valid", "validation"];
    private static readonly char[] Between = ['_', '-', '.', ' '];
    private readonly string home; // of most pictures
    private readonly SortedDictionary<Part, string> parts = []; // at home, with the name of each one's first folder
    private readonly int common; // folders that all pictures share
    private readonly bool isFlat; // whether pictures lie in folders of parts alone

    /// <summary>The layout that the folders of all pictures have.</summary>
    public FolderLayout(IReadOnlyList<string>[] pictures)
    {
        IReadOnlyList<string>[] inFolders = [.. pictures.Where(folders => folders.Count > 0)];
        while (inFolders.Length > 0 && inFolders.All(folders => folders.Count > common + 1 && folders[common] == inFolders[0][common])) common++;
        isFlat = inFolders.All(folders => PartIn(folders[^1]) is not null);
        IReadOnlyList<string>[] inClasses = [.. inFolders.Where(folders => !IsPart(folders[^1]))];
        home = inClasses.CountBy(HomeOf)
            .OrderByDescending(found => found.Value).ThenBy(found => found.Key, StringComparer.Ordinal).FirstOrDefault().Key ?? "";
        foreach (IReadOnlyList<string> folders in inClasses.Where(folders => HomeOf(folders) == home))
            parts.TryAdd(PartAbove(folders), FolderOfPart(folders) ?? "");
    }

    /// <summary>The layout in words.</summary>
    public string Words
    {
        get
        {
            string above = home.Length > 0 ? $" in {home}/" : "";
            if (parts.Count < 2) return $"class folders{above}";
            string below = $" below {string.Join(" and ", parts.Where(part => part.Key != Part.None).Select(part => $"{part.Value}/"))}";
            string validation = !parts.TryGetValue(Part.Validation, out string? folder) ? ""
                : parts.ContainsKey(Part.Test) ? $"; {folder}/ became a part of the training part" : $"; {folder}/ became the test part";
            return $"class folders{above}{below}{validation}";
        }
    }

    /// <summary>The class of a picture in these folders; null for a stray.</summary>
    public string? ClassOf(IReadOnlyList<string> folders) =>
        folders.Count > common && !IsPart(folders[^1]) && HomeOf(folders) == home ? folders[^1] : null;

    /// <summary>Whether a picture in these folders belongs to the test part.</summary>
    public bool IsTest(IReadOnlyList<string> folders) => PartAbove(folders) switch
    {
        Part.Test => parts.Count > 1,
        Part.Validation => parts.Count > 1 && !parts.ContainsKey(Part.Test),
        _ => false,
    };

    /// <summary>Why a picture in these folders is a stray.</summary>
    public string RefusalOf(IReadOnlyList<string> folders)
    {
        if (folders.Count > 0 && IsPart(folders[^1]))
            return $"lies directly in {folders[^1]}/, which names a part and no class; put it into the folder of its class. Labels in tables are not read.";
        return home.Length > 0 || parts.Count > 1
            ? $"does not lie in a class folder beside the others, which are {Words}; put each picture directly into the folder of its class."
            : "does not lie in a class folder; put each picture directly into the folder of its class.";
    }

    // The folders above the class that name no part.
    private string HomeOf(IReadOnlyList<string> folders) =>
        string.Join('/', folders.Take(folders.Count - 1).Where((folder, i) => i < common || PartIn(folder) is null));

    private Part PartAbove(IReadOnlyList<string> folders) => FolderOfPart(folders) is { } folder ? PartIn(folder)!.Value : Part.None;

    private string? FolderOfPart(IReadOnlyList<string> folders) =>
        folders.Take(folders.Count - 1).Skip(common).LastOrDefault(folder => PartIn(folder) is not null);

    // Exactly the name of a part; where there is nothing else, also one word of several.
    private bool IsPart(string folder) => PartNamedBy(folder) is not null || (isFlat && PartIn(folder) is not null);

    private static Part? PartNamedBy(string folder) =>
        Is(folder, Train) ? Part.Train : Is(folder, Test) ? Part.Test : Is(folder, Validation) ? Part.Validation : null;

    private static Part? PartIn(string folder) => folder.Split(Between).Select(PartNamedBy).FirstOrDefault(part => part is not null);

    private static bool Is(string word, string[] names) => names.Contains(word, StringComparer.OrdinalIgnoreCase);

    // In the order in which they are told.
    private enum Part { None, Train, Validation, Test }
}
