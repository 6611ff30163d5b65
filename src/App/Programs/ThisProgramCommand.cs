namespace Orchestrator.App.Programs;

/// <summary>Command line that starts another process of this program.</summary>
public static class ThisProgramCommand
{
    /// <summary>
    /// Program and leading arguments that start this program: the single-file executable, or <c>dotnet</c> followed by the library.
    /// </summary>
    public static IReadOnlyList<string> Command =>
        Environment.ProcessPath is not { } program ? ["orchestrate"]
        : Path.GetFileNameWithoutExtension(program) == "dotnet" ? [program, Path.Combine(AppContext.BaseDirectory, "orchestrate.dll")]
        : [program];

    /// <summary>
    /// Returns the path of the installed program, by which other programs can start it, or null if <c>PATH</c> does not contain the
    /// program.
    /// </summary>
    /// <param name="environment">Environment variables of the process.</param>
    public static string? Find(IReadOnlyDictionary<string, string> environment) =>
        ProgramLocator.Find("orchestrate", environment.GetValueOrDefault("PATH"), "/");
}
