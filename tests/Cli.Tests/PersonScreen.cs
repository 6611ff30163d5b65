using System.Globalization;
using System.Text.RegularExpressions;
using Orchestrator.Cli.Console;
using Orchestrator.Cli.Startup;

namespace Orchestrator.Cli.Tests;

/// <summary>A terminal of some columns on which a command is called: stdout and stderr as a user sees them in the end.</summary>
internal static partial class PersonScreen
{
    /// <summary>The lines that stand on the screen then.</summary>
    /// <param name="cli">The fixture of the called command.</param>
    /// <param name="width">Columns.</param>
    /// <param name="command">The command line.</param>
    public static async Task<string> OfAsync(CliFixture cli, int width, params string[] command)
    {
        using var output = new StringWriter();
        using var input = new StringReader("");
        using var interrupts = new InterruptHandler();
        var ends = new StandardStreams(input, output, output, IsInPiped: true, IsOutPiped: false, IsErrorPiped: false);
        var variables = new Dictionary<string, string>(cli.Environment)
        {
            ["TERM"] = "xterm",
            ["NO_COLOR"] = "1",
            ["COLUMNS"] = width.ToString(CultureInfo.InvariantCulture),
        };
        await CliCommandExecutor
            .RunAsync(
                command,
                documents => new SystemTerminal(documents, variables, ends),
                cli.Environment,
                cli.Folder,
                TimeProvider.System,
                interrupts
            )
            .WaitAsync(TimeSpan.FromSeconds(120));
        return Shown(output.ToString());
    }

    /// <summary>The lines that a terminal shows after a text with sequences that redraw lines.</summary>
    public static string Shown(string written)
    {
        var lines = new List<string> { "" };
        var row = 0;
        foreach (Match part in Part().Matches(written))
        {
            if (part.Groups["up"] is { Success: true } up)
            {
                row = Math.Max(0, row - int.Parse(up.Value, CultureInfo.InvariantCulture));
            }
            else if (part.Groups["down"].Success)
            {
                lines.RemoveRange(row, lines.Count - row);
                lines.Add("");
            }
            else if (part.Groups["line"].Success)
            {
                lines[row] = "";
            }
            else if (part.Value == "\n")
            {
                row++;
                if (row == lines.Count)
                {
                    lines.Add("");
                }
            }
            else if (part.Groups["text"].Success)
            {
                lines[row] += part.Value;
            }
        }
        return string.Join('\n', lines.Select(line => line.TrimEnd())).TrimEnd('\n');
    }

    [GeneratedRegex(
        @"\x1b\[(?<up>\d+)A|(?<down>\x1b\[J)|(?<line>\x1b\[K)|\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[=>]|\n"
            + @"|(?<text>[^\x1b\n]+)"
    )]
    private static partial Regex Part();
}
