using System.Text;

namespace Orchestrator.Git;

/// <summary>Small files that are either there in whole or not at all, also after a power cut.</summary>
internal static class DurableFile
{
    internal static void Write(string path, string content) => Write(path, Encoding.UTF8.GetBytes(content));

    internal static void Write(string path, byte[] content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var aside = $"{path}.{Guid.NewGuid():N}.tmp";
        using (var file = new FileStream(aside, FileMode.CreateNew, FileAccess.Write))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }

        File.Move(aside, path, overwrite: true);
    }

    /// <summary>The content, or null if there is no such file. An exception costs more than ten looks, so it looks first; the file may still go meanwhile.</summary>
    internal static string? TryRead(string path)
    {
        try
        {
            return File.Exists(path) ? File.ReadAllText(path) : null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }
}
