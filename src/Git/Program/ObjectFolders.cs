namespace Orchestrator.Git.Program;

/// <summary>Object folders beside a repository's own: see "alternates" in gitrepository-layout(5).</summary>
internal static class ObjectFolders
{
    /// <summary>Variables that make git write objects to one folder, and read the repository's own and others, too.</summary>
    public static IReadOnlyDictionary<string, string?> Of(GitRepository repository, string writeTo, params IEnumerable<string> alsoRead) =>
        new Dictionary<string, string?>
        {
            ["GIT_OBJECT_DIRECTORY"] = writeTo,
            ["GIT_ALTERNATE_OBJECT_DIRECTORIES"] = string.Join(
                ':',
                alsoRead.Prepend(Path.Combine(repository.CommonDirectory, "objects")).Select(Quoted)
            ),
        };

    // Colons separate folders, except in quotes.
    private static string Quoted(string folder) =>
        $"\"{folder.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
