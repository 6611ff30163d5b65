namespace Orchestrator.Machine.Hosting;

/// <summary>The shell of a person, in a folder.</summary>
public static class PersonsShell
{
    /// <summary>Runs it until the person leaves it.</summary>
    /// <param name="folder">Absolute path.</param>
    /// <param name="environment">Variables: <c>SHELL</c>; without it <c>sh</c>.</param>
    /// <returns>Its exit code.</returns>
    /// <exception cref="Exception">It can't be started; <see cref="ProgramFailure"/> explains.</exception>
    public static Task<int> RunAsync(string folder, IReadOnlyDictionary<string, string> environment) =>
        ForegroundProgram.RunAsync(environment.GetValueOrDefault("SHELL") is { Length: > 0 } shell ? shell : "sh", [], folder);
}
