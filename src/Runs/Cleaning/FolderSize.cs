namespace Orchestrator.Runs.Cleaning;

/// <summary>How much a folder or a file holds.</summary>
/// <param name="Files">How many files; links count as one and are not followed.</param>
/// <param name="Bytes">Their length in all.</param>
public readonly record struct FolderSize(long Files, long Bytes)
{
    private static readonly EnumerationOptions All = new()
    {
        RecurseSubdirectories = true,
        AttributesToSkip = FileAttributes.ReparsePoint,
        IgnoreInaccessible = true,
    };

    /// <summary>Both together.</summary>
    public static FolderSize operator +(FolderSize a, FolderSize b) => new(a.Files + b.Files, a.Bytes + b.Bytes);

    /// <summary>Looks; nothing there is nothing. What is removed meanwhile does not count.</summary>
    public static FolderSize Of(string path)
    {
        var size = default(FolderSize);
        if (File.Exists(path))
        {
            return LengthOf(new FileInfo(path));
        }
        if (!Directory.Exists(path))
        {
            return size;
        }
        try
        {
            foreach (var file in new DirectoryInfo(path).EnumerateFiles("*", All))
            {
                size += LengthOf(file);
            }
        }
        catch (DirectoryNotFoundException)
        {
            // Somebody removed it while it was counted.
        }
        return size;
    }

    private static FolderSize LengthOf(FileInfo file)
    {
        try
        {
            return new FolderSize(1, file.Length);
        }
        catch (FileNotFoundException)
        {
            return default;
        }
    }
}
