namespace Orchestrator.Machine.Cleaning;

/// <summary>Size of a folder or a file.</summary>
/// <param name="Files">Number of files; links count as one and are not followed.</param>
/// <param name="Bytes">Their length in all.</param>
public sealed record FolderSize(long Files, long Bytes)
{
    private static readonly EnumerationOptions All = new()
    {
        RecurseSubdirectories = true,
        AttributesToSkip = FileAttributes.ReparsePoint,
        IgnoreInaccessible = true,
    };

    /// <summary>Nothing.</summary>
    public static FolderSize None { get; } = new(0, 0);

    /// <summary>Both together.</summary>
    public FolderSize With(FolderSize other) => new(Files + other.Files, Bytes + other.Bytes);

    /// <summary>Measures it; a missing folder is empty. Files that are removed meanwhile do not count.</summary>
    public static FolderSize Of(string path)
    {
        var size = None;
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
                size = size.With(LengthOf(file));
            }
        }
        catch (DirectoryNotFoundException)
        {
            // It was removed while being counted.
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
            return None;
        }
    }
}
