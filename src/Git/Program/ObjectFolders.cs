namespace Orchestrator.Git.Program;

/// <summary>Additional object folders of a repository ("alternates" in gitrepository-layout(5)).</summary>
internal static class ObjectFolders
{
    /// <summary>Returns environment variables that make git write objects to one folder, and read objects from that folder, the
    /// repository's own folder and other folders.</summary>
    public static IReadOnlyDictionary<string, string?> Of(GitRepository repository, string writeTo, params IEnumerable<string> alsoRead) =>
        new Dictionary<string, string?>
        {
            ["GIT_OBJECT_DIRECTORY"] = writeTo,
            ["GIT_ALTERNATE_OBJECT_DIRECTORIES"] = string.Join(
                ':',
                alsoRead.Prepend(Path.Combine(repository.CommonDirectory, "objects")).Select(Quoted)
            ),
        };

    // Quoted, because git splits the list at colons.
    private static string Quoted(string folder) =>
        $"\"{folder.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
