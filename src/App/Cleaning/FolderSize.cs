namespace Orchestrator.App.Cleaning;

/// <summary>Size of a folder or file.</summary>
/// <param name="Files">Number of files. A link counts as one and is not followed.</param>
/// <param name="Bytes">Total length in bytes.</param>
public sealed record FolderSize(long Files, long Bytes)
{
    private static readonly EnumerationOptions All = new()
    {
        RecurseSubdirectories = true,
        AttributesToSkip = FileAttributes.ReparsePoint,
        IgnoreInaccessible = true,
    };

    /// <summary>Size of an empty folder.</summary>
    public static FolderSize None { get; } = new(0, 0);

    /// <summary>Returns the sum of both sizes.</summary>
    public FolderSize With(FolderSize other) => new(Files + other.Files, Bytes + other.Bytes);

    /// <summary>
    /// Measures a folder or file. A missing path has size 0, and files that are removed during the measurement are not counted.
    /// </summary>
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
            // The file was removed during the call.
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
