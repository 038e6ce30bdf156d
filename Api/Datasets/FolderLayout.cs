namespace CnnService.Api.Datasets;

/// <summary>
/// Which folders of an archive are classes and which are parts. The class of a picture is the folder that directly holds it. Folders above
/// are the same for most of the pictures, but for those that name a part, and pictures that lie elsewhere are strays. Parts are train or
/// training, test or testing, and val, valid or validation, which is the test part where there is no other; a folder may name its part in
/// one word of several, as seg_train does. Where there are parts, or nothing else, a part's name is no class, unless it stands among classes below a
/// part: train/bus, train/train. Folders that give two classes go before more pictures in one.
/// </summary>
internal sealed class FolderLayout
{
    private static readonly string[] Train = ["train", "training"], Test = ["test", "testing"], Validation = ["val", "valid", "validation"];
    private static readonly char[] Between = ['_', '-', '.', ' '];
    private readonly string home; // of most pictures
    private readonly SortedDictionary<Part, SortedSet<string>> parts = []; // at home, with the names of each one's folders
    private readonly int common; // folders that all pictures share
    private readonly bool hasParts; // whether folders of parts stand above classes
    private readonly bool isFlat, isFlatByWords; // whether pictures lie in folders of parts alone
    private readonly Part? strays; // the part of home whose pictures are strays
    private readonly HashSet<string> parents, grandparents; // of class folders
    private readonly HashSet<string> parentsOfOthers; // of folders with pictures that name no part

    /// <summary>The layout that the folders of all pictures have.</summary>
    /// <param name="pictures">Each folder that directly holds pictures, with their number.</param>
    public FolderLayout(IReadOnlyCollection<(IReadOnlyList<string> Folders, int Count)> pictures)
    {
        (IReadOnlyList<string> Folders, int Count)[] counted = [.. pictures.Where(folder => folder.Folders.Count > 0)];
        IReadOnlyList<string>[] inFolders = [.. counted.Select(folder => folder.Folders)];
        HashSet<string> above = [.. inFolders.SelectMany(folders => Enumerable.Range(1, folders.Count - 1).Select(count => Join(folders, count)))];
        IReadOnlyList<string>[] leaves = [.. inFolders.Where(folders => !above.Contains(Join(folders, folders.Count)))]; // not strays above others
        while (leaves.Length > 0 && leaves.All(folders => folders.Count > common + 1 && folders[common] == leaves[0][common])) common++;
        hasParts = leaves.Any(folders => folders.Take(folders.Count - 1).Skip(common).Any(folder => PartNamedBy(folder) is not null));
        isFlat = leaves.All(folders => PartNamedBy(folders[^1]) is not null);
        isFlatByWords = leaves.All(folders => PartOfFlat(folders[^1]) is not null) && leaves.Select(folders => PartOfFlat(folders[^1])).Distinct().Count() > 1;
        parentsOfOthers = [.. leaves.Where(folders => PartNamedBy(folders[^1]) is null && !IsDoubledPart(folders)).Select(folders => Join(folders, folders.Count - 1))];
        (IReadOnlyList<string> Folders, int Count)[] inClasses = [.. counted.Where(folder => !IsPart(folder.Folders))];
        home = inClasses.GroupBy(folder => HomeOf(folder.Folders)).OrderByDescending(WeightOf).ThenBy(found => found.Key, StringComparer.Ordinal).FirstOrDefault()?.Key ?? "";
        (IReadOnlyList<string> Folders, int Count)[] atHome = [.. inClasses.Where(folder => HomeOf(folder.Folders) == home)];
        (bool AreSeveral, int Pictures) none = WeightOf(atHome.Where(folder => PartAbove(folder.Folders) == Part.None));
        (bool AreSeveral, int Pictures) train = WeightOf(atHome.Where(folder => PartAbove(folder.Folders) == Part.Train));
        strays = none.Pictures == 0 || train.Pictures == 0 ? null : none.CompareTo(train) < 0 ? Part.None : Part.Train;
        foreach (IReadOnlyList<string> folders in atHome.Select(folder => folder.Folders).Where(folders => PartAbove(folders) != strays))
        {
            parts.TryAdd(PartAbove(folders), new SortedSet<string>(StringComparer.Ordinal));
            if (FolderOfPart(folders) is { } folder) parts[PartAbove(folders)].Add(folder);
        }

        IReadOnlyList<string>[] classes = [.. inFolders.Where(folders => ClassOf(folders) is not null)];
        parents = [.. classes.Select(folders => Join(folders, folders.Count - 1))];
        grandparents = [.. classes.Where(folders => folders.Count > 1).Select(folders => Join(folders, folders.Count - 2))];
    }

    /// <summary>The layout in words: where the class folders are, and what became of a validation part.</summary>
    public string Words => !parts.TryGetValue(Part.Validation, out SortedSet<string>? folders) || parts.Count < 2 ? Place
        : parts.ContainsKey(Part.Test) ? $"{Place}; {Named(folders)} became a part of the training part" : $"{Place}; {Named(folders)} became the test part";

    /// <summary>Several folders that are one part by their names, such as Train and train; empty where there are none.</summary>
    public IEnumerable<string> MergedParts => parts.Values.Where(folders => folders.Count > 1).Select(Named);

    /// <summary>The place of the class folders, in words.</summary>
    public string Place
    {
        get
        {
            string above = home.Length > 0 ? $" in {home}/" : "";
            if (parts.Count == 1 && parts.Values.Single() is { Count: 1 } only) return $"class folders in {(home.Length > 0 ? $"{home}/" : "")}{Named(only)}";
            if (parts.Values.All(folders => folders.Count == 0)) return $"class folders{above}";
            if (parts.ContainsKey(Part.None)) above = home.Length > 0 ? $"{above} itself and" : " at the top and";
            return $"class folders{above} below {string.Join(" and ", parts.Values.Where(folders => folders.Count > 0).Select(Named))}";
        }
    }

    /// <summary>The class of a picture in these folders; null for a stray.</summary>
    public string? ClassOf(IReadOnlyList<string> folders) =>
        folders.Count > common && !IsBlank(folders) && !IsPart(folders) && HomeOf(folders) == home && PartAbove(folders) != strays ? folders[^1] : null;

    /// <summary>The class of a folder that is listed, with or without pictures: one beside those of pictures; null for any other.</summary>
    public string? ClassOfListed(IReadOnlyList<string> folder) =>
        folder.Count > 0 && parents.Contains(Join(folder, folder.Count - 1)) ? ClassOf(folder) : null;

    /// <summary>Whether a folder that is listed is a part by its name, beside the folder of classes or of another part.</summary>
    public bool IsPartOfListed(IReadOnlyList<string> folder) =>
        PartNamedBy(folder[^1]) is not null && grandparents.Contains(Join(folder, folder.Count - 1)) && ClassOfListed(folder) is null;

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
        if (IsBlank(folders)) return "lies in a folder whose name is blank; give the folder the name of its class.";
        if (folders.Count > 0 && IsPart(folders))
            return $"lies directly in {folders[^1]}/, which names a part and no class; put it into the folder of its class. Labels in tables are not read.";
        bool isPlain = home.Length == 0 && parts.Values.All(named => named.Count == 0);
        if (isPlain && folders.Count > 1)
            return $"lies in {string.Join('/', folders)}/, deeper than the other class folders, which lie at the top of the archive; put it directly into the folder of its class there.";
        return !isPlain
            ? $"lies in {(folders.Count > 0 ? $"{string.Join('/', folders)}/" : "no folder")}, not in one of the {Place}; put each picture into one of those, or its folder beside them."
            : "does not lie in a class folder; put each picture directly into the folder of its class.";
    }

    private static bool IsBlank(IReadOnlyList<string> folders) => folders.Count > 0 && string.IsNullOrWhiteSpace(folders[^1]);

    // The folders above the class that name no part.
    private string HomeOf(IReadOnlyList<string> folders) =>
        string.Join('/', folders.Take(folders.Count - 1).Where((folder, i) => i < common || PartIn(folder) is null));

    private Part PartAbove(IReadOnlyList<string> folders) => FolderOfPart(folders) is { } folder ? PartIn(folder)!.Value : Part.None;

    private string? FolderOfPart(IReadOnlyList<string> folders) =>
        folders.Take(folders.Count - 1).Skip(common).LastOrDefault(folder => PartIn(folder) is not null);

    private static string Named(IEnumerable<string> folders) => string.Join(" and ", folders.Select(folder => $"{folder}/"));

    // A part's folder in itself, as archives come that were packed with their own name: seg_test/seg_test.
    private static bool IsDoubledPart(IReadOnlyList<string> folders) => folders.Count > 1 && folders[^1] == folders[^2] && PartIn(folders[^1]) is not null;

    // Whether the folder that directly holds a picture is no class.
    private bool IsPart(IReadOnlyList<string> folders)
    {
        if (isFlatByWords && PartOfFlat(folders[^1]) is not null) return true;
        if (IsDoubledPart(folders)) return !parentsOfOthers.Contains(Join(folders, folders.Count - 1));
        if (!(hasParts || isFlat) || PartNamedBy(folders[^1]) is null) return false;
        return PartAbove(folders) == Part.None || !parentsOfOthers.Contains(Join(folders, folders.Count - 1));
    }

    // Two classes or more go before one, then more pictures.
    private static (bool AreSeveral, int Pictures) WeightOf(IEnumerable<(IReadOnlyList<string> Folders, int Count)> folders)
    {
        (IReadOnlyList<string> Folders, int Count)[] all = [.. folders];
        return (all.Select(folder => folder.Folders[^1]).Distinct(StringComparer.Ordinal).Take(2).Count() == 2, all.Sum(folder => folder.Count));
    }

    private static string Join(IReadOnlyList<string> folders, int count) => string.Join('/', folders.Take(count));

    private static Part? PartNamedBy(string folder) =>
        Is(folder, Train) ? Part.Train : Is(folder, Test) ? Part.Test : Is(folder, Validation) ? Part.Validation : null;

    private static Part? PartIn(string folder) => folder.Split(Between).Select(PartNamedBy).FirstOrDefault(part => part is not null);

    // Also numbered, as test1; among class folders that would be one of several classes.
    private static Part? PartOfFlat(string folder) => PartIn(folder.TrimEnd([.. "0123456789"]));

    private static bool Is(string word, string[] names) => names.Contains(word, StringComparer.OrdinalIgnoreCase);

    // In the order in which they are told.
    private enum Part { None, Train, Validation, Test }
}
