namespace Orchestrator.TestKit;

/// <summary>A separate folder for one test, with all symbolic links in its path resolved. It is removed on disposal.</summary>
public sealed class TempFolder : IDisposable
{
    /// <summary>Creates a new folder.</summary>
    public TempFolder()
    {
        Path = Directory.CreateTempSubdirectory("orchestrator-test-").FullName;
    }

    /// <summary>Absolute path of the folder.</summary>
    public string Path { get; }

    /// <summary>Returns the absolute path of a file or folder inside.</summary>
    public string this[string relative] => System.IO.Path.Combine(Path, relative);

    /// <summary>Writes a file, creates its folders, and returns its absolute path.</summary>
    public string Write(string relative, string text)
    {
        var path = this[relative];
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>Writes an executable file and returns its absolute path.</summary>
    public string WriteProgram(string relative, string text)
    {
        var path = Write(relative, text);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, (UnixFileMode)0b111_101_101);
        }

        return path;
    }

    /// <summary>Creates a folder inside and returns its absolute path.</summary>
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
            // A process of the test may still write here while it ends. The operating system cleans its temporary folder.
        }
    }
}
