namespace Orchestrator.Gates.Runners;

/// <summary>Reads the manifests in a project's root folder.</summary>
internal static class ProjectManifests
{
    private const int LargestFile = 1024 * 1024;

    /// <summary>Returns the texts of the manifests. Links and very large files are skipped.</summary>
    public static IReadOnlyList<string> Of(string directory)
    {
        var texts = new List<string>();
        foreach (var file in Directory.EnumerateFiles(directory))
        {
            if (Ecosystems.IsManifest(file) && new FileInfo(file) is { Exists: true, LinkTarget: null, Length: < LargestFile })
            {
                texts.Add(System.Text.Encoding.UTF8.GetString(SmallFile.TryRead(file) ?? []));
            }
        }
        return texts;
    }
}
