using System.Globalization;
using System.Text.Json;
using Orchestrator.Contracts;

namespace Orchestrator.Cli.Runs;

/// <summary>What agents do now, as their starts' <c>progress.json</c> tells.</summary>
internal static class AgentActivity
{
    /// <summary>A line for each task that has an agent at work.</summary>
    /// <param name="runFolder">The run's folder.</param>
    /// <param name="run">The run.</param>
    public static IReadOnlyDictionary<string, string> Read(string runFolder, RunStatus run)
    {
        var doing = new Dictionary<string, string>();
        foreach (var task in run.Tasks)
        {
            if (task.State is not (TaskStates.Executing or TaskStates.Remediating) || task.Starts == 0)
                continue;
            if (LastStart(Path.Combine(runFolder, "tasks", task.Id)) is { } folder && ReadLine(Path.Combine(folder, "progress.json")) is { } line)
                doing[task.Id] = line;
        }

        return doing;
    }

    /// <summary>Folder of a task's last agent start; null before the first one, when there may be a folder of the task already.</summary>
    public static string? LastStart(string taskFolder) => !Directory.Exists(taskFolder)
        ? null
        : Directory.GetDirectories(taskFolder)
            .Select(folder => (folder, number: int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0))
            .Where(start => start.number > 0)
            .OrderByDescending(start => start.number)
            .Select(start => start.folder)
            .FirstOrDefault();

    // Written aside and renamed, so it is whole or not there.
    private static string? ReadLine(string file)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            return document.RootElement.TryGetProperty("doing", out var doing) ? doing.GetString() : null;
        }
        catch (Exception absent) when (absent is IOException or JsonException)
        {
            return null;
        }
    }
}
