namespace Orchestrator.Machine.Hosting;

/// <summary>Command that starts this program again.</summary>
public static class ThisProgramCommand
{
    /// <summary>Program and leading arguments: the single-file executable, or <c>dotnet</c> and the library.</summary>
    public static IReadOnlyList<string> Command =>
        Environment.ProcessPath is not { } program ? ["orchestrate"]
        : Path.GetFileNameWithoutExtension(program) == "dotnet" ? [program, Path.Combine(AppContext.BaseDirectory, "orchestrate.dll")]
        : [program];

    /// <summary>Returns the path of the installed program, for processes of other applications, or null if <c>PATH</c> has none.</summary>
    /// <param name="environment">Environment variables of the process.</param>
    public static string? Find(IReadOnlyDictionary<string, string> environment) =>
        ProgramLocator.Find("orchestrate", environment.GetValueOrDefault("PATH"), "/");
}
