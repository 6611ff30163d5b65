using System.Text;
using Orchestrator.Processes;

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

    /// <summary>The content, or null if there is no such file.</summary>
    internal static string? TryRead(string path) => SmallFile.TryRead(path) is { } content ? Encoding.UTF8.GetString(content) : null;
}
