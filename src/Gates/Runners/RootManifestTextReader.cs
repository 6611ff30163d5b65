using Orchestrator.Git.Worktrees;

namespace Orchestrator.Gates.Runners;

/// <summary>Reads the manifests in a project's root folder.</summary>
internal static class RootManifestTextReader
{
    private const int LargestFile = 1024 * 1024;

    /// <summary>Returns the contents of the manifests. Links and very large files are skipped.</summary>
    public static IReadOnlyList<string> Of(string directory)
    {
        var texts = new List<string>();
        var files = new WorktreeFileReaderAndWriter(directory);
        foreach (var file in files.List(""))
        {
            if (Ecosystems.IsManifest(file) && files.TryRead(file, LargestFile) is { } content)
            {
                texts.Add(System.Text.Encoding.UTF8.GetString(content));
            }
        }
        return texts;
    }
}
