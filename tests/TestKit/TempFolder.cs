namespace Orchestrator.TestKit;

/// <summary>A folder of its own for one test, with all symbolic links in its path resolved; removed at the end.</summary>
public sealed class TempFolder : IDisposable
{
    /// <summary>Makes a new folder.</summary>
    public TempFolder()
    {
        Path = Directory.CreateTempSubdirectory("orchestrator-test-").FullName;
    }

    /// <summary>The folder's absolute path.</summary>
    public string Path { get; }

    /// <summary>The absolute path of something in the folder.</summary>
    public string this[string relative] => System.IO.Path.Combine(Path, relative);

    /// <summary>Writes a file, with its folders, and gives its absolute path.</summary>
    public string Write(string relative, string text)
    {
        var path = this[relative];
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>Writes a file that can be executed.</summary>
    public string WriteProgram(string relative, string text)
    {
        var path = Write(relative, text);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, (UnixFileMode)0b111_101_101);
        }

        return path;
    }

    /// <summary>Makes a folder inside and gives its absolute path.</summary>
    public string Folder(string relative) => Directory.CreateDirectory(this[relative]).FullName;

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A process of the test may still write here while it is ending. The system's temporary folder is cleaned by the system.
        }
    }
}
