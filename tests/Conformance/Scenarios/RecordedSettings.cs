using System.Globalization;
using Temporal.Server;

namespace Orchestrator.Conformance.Scenarios;

/// <summary>
/// The dynamic configuration that scenarios were recorded with (<c>settings.tsv</c>), and the options of the embedded server for it.
/// </summary>
internal static class RecordedSettings
{
    private static readonly Lazy<IReadOnlyList<(string Scenarios, string Setting)>> Lines = new(Load);

    /// <summary>The settings of a scenario as one text; empty for the defaults. Scenarios of equal texts can share a server.</summary>
    public static string Of(Scenario scenario) =>
        string.Join(
            ' ',
            Lines
                .Value.Where(line => line.Scenarios == scenario.Area || line.Scenarios == scenario.Name)
                .Select(line => line.Setting)
                .Order(StringComparer.Ordinal)
        );

    /// <summary>Options of an embedded server with these settings; those that mean nothing to it are passed over.</summary>
    public static TemporalServerOptions Apply(TemporalServerOptions options, string settings)
    {
        foreach (var setting in settings.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var (key, value) = (
                setting[..setting.IndexOf('=', StringComparison.Ordinal)],
                setting[(setting.IndexOf('=', StringComparison.Ordinal) + 1)..]
            );
            options = key switch
            {
                "frontend.WorkflowPauseEnabled" => options with { WorkflowPause = bool.Parse(value) },
                "frontend.WorkerCommandsEnabled" => options with { WorkerCommands = bool.Parse(value) },
                "system.enableCancelActivityWorkerCommand" => options with { CancelCommands = bool.Parse(value) },
                "matching.numTaskqueueReadPartitions" => options with
                {
                    TaskQueuePartitions = int.Parse(value, CultureInfo.InvariantCulture),
                },
                "matching.wv.VersionDrainageStatusVisibilityGracePeriod" => options with
                {
                    DrainageGracePeriod = TimeSpan.FromSeconds(int.Parse(value.TrimEnd('s'), CultureInfo.InvariantCulture)),
                },
                _ => options,
            };
        }

        return options;
    }

    private static List<(string Scenarios, string Setting)> Load()
    {
        using var stream =
            typeof(RecordedSettings).Assembly.GetManifestResourceStream("settings.tsv")
            ?? throw new InvalidOperationException("The resource settings.tsv is missing.");
        using var reader = new StreamReader(stream);
        var lines = new List<(string, string)>();
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0 && line[0] != '#')
            {
                var columns = line.Split('\t');
                lines.Add((columns[0], $"{columns[1]}={columns[2]}"));
            }
        }

        return lines;
    }
}
