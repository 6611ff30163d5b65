using System.Globalization;

namespace Orchestrator.Cli.Startup;

/// <summary>Logs unexpected errors to a file, so that no stack trace is printed.</summary>
internal static class CrashLog
{
    /// <summary>Appends the error. Returns the file's path, or null if it can't be written.</summary>
    public static string? Write(Exception exception, CommandContext context, IReadOnlyList<string> arguments)
    {
        try
        {
            var own = RepositoryLocation.Find(context.Directory)?.OrchestratorFolder;
            var folder = Path.Combine(Directory.Exists(own) ? own : StateFolder(context.Environment), "logs");
            RepositoryLocation.EnsureFolder(folder);
            var file = Path.Combine(folder, "orchestrate.log");
            var time = context.Time.GetUtcNow().ToString("u", CultureInfo.InvariantCulture);
            File.AppendAllText(file, $"{time} orchestrate {(arguments is [var command, ..] ? command : "")}\n{exception}\n\n");
            return file;
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string StateFolder(IReadOnlyDictionary<string, string> environment) =>
        Path.Combine(
            environment.GetValueOrDefault("XDG_STATE_HOME") is { Length: > 0 } set
                ? set
                : Path.Combine(environment.GetValueOrDefault("HOME") ?? "/tmp", ".local", "state"),
            "orchestrator"
        );
}
