using Orchestrator.Cli.Console;
using Orchestrator.Cli.Documents;
using Orchestrator.Machine.Setup;

namespace Orchestrator.Cli.Overviews;

/// <summary>Shows what was checked or tried, a line for each.</summary>
internal static class CheckOverview
{
    /// <summary>Prints the entries.</summary>
    /// <param name="context">Where.</param>
    /// <param name="entries">At least one.</param>
    /// <param name="asJson">As one document.</param>
    /// <returns>The worst of them.</returns>
    public static MachineCheckStatus Print(CommandContext context, IReadOnlyList<MachineCheckEntry> entries, bool asJson)
    {
        var worst = entries.Max(entry => entry.Status);
        if (asJson)
        {
            var checks = entries.Select(entry => new CheckEntry(entry.Name, Word(entry.Status), entry.Message, entry.Cure));
            context.Print(new CheckDocument(Word(worst), [.. checks]), CliJson.Default.CheckDocument);
            return worst;
        }
        foreach (var entry in entries)
        {
            context.Terminal.Show(new ScreenLine($"{Word(entry.Status), -4}  {entry.Name}: {entry.Message}", ToneOf(entry.Status), 0, 4));
            if (entry.Cure is not null)
            {
                context.Terminal.Show($"      {entry.Cure}");
            }
        }
        return worst;
    }

    /// <summary>The color of a status.</summary>
    internal static Tone ToneOf(MachineCheckStatus status) =>
        status switch
        {
            MachineCheckStatus.Ok => Tone.Good,
            MachineCheckStatus.Warn => Tone.Asks,
            _ => Tone.Bad,
        };

    /// <summary>A status in a word.</summary>
    internal static string Word(MachineCheckStatus status) => status.ToString().ToLowerInvariant();
}
