using Orchestrator.App.Setup;
using Orchestrator.Cli.Console;

namespace Orchestrator.Cli.Overviews;

/// <summary>Prints the results of readiness checks, one per line.</summary>
internal static class ReadinessCheckPrinter
{
    /// <summary>Prints the results of the readiness checks as text or JSON, and returns the worst status.</summary>
    /// <param name="context">Provides the terminal.</param>
    /// <param name="entries">Entries of the checks; at least one.</param>
    /// <param name="asJson">True to print one JSON document.</param>
    /// <returns>The worst status of the entries.</returns>
    public static MachineReadinessCheckStatus Print(
        CliCommandServiceBundle context,
        IReadOnlyList<MachineReadinessCheckResult> entries,
        bool asJson
    )
    {
        var worst = entries.Max(entry => entry.Status);
        if (asJson)
        {
            context.Print(CheckDocument.Of(entries), DocumentJson.Default.CheckDocument);
            return worst;
        }
        foreach (var entry in entries)
        {
            context.Terminal.Show(
                new ScreenLine($"{CheckDocument.Word(entry.Status), -4}  {entry.Name}: {entry.Message}", ToneOf(entry.Status), 0, 4)
            );
            if (entry.Cure is not null)
            {
                context.Terminal.Show($"      {entry.Cure}");
            }
        }
        return worst;
    }

    /// <summary>Returns the text tone of a check's status, which determines the color of the status.</summary>
    internal static TextTone ToneOf(MachineReadinessCheckStatus status) =>
        status switch
        {
            MachineReadinessCheckStatus.Ok => TextTone.Good,
            MachineReadinessCheckStatus.Warn => TextTone.Asks,
            _ => TextTone.Bad,
        };
}
