using System.Diagnostics;

namespace Orchestrator.Processes;

/// <summary>
/// Runs an interactive program, such as an editor or a pager, in this process's terminal. The program has no time limit and shares the
/// streams of this process.
/// </summary>
public static class InteractiveProgramRunner
{
    /// <summary>Runs the program until it ends.</summary>
    /// <param name="command">Program with its first arguments, as set by the user in a variable (<c>code --wait</c>). The text is split at
    /// blanks and never passed to a shell.</param>
    /// <param name="arguments">Additional arguments.</param>
    /// <param name="directory">Working directory.</param>
    /// <param name="environment">Variables in addition to those of this process.</param>
    /// <param name="input">Lines to write to the program's standard input, or null to share the standard input of this process.</param>
    /// <returns>Exit code of the program.</returns>
    /// <exception cref="ProcessStartException">The program does not exist or can't be started.</exception>
    public static async Task<int> RunAsync(
        string command,
        IReadOnlyList<string> arguments,
        string directory,
        IReadOnlyDictionary<string, string>? environment = null,
        IAsyncEnumerable<string>? input = null
    )
    {
        var words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var info = new ProcessStartInfo
        {
            UseShellExecute = false,
            RedirectStandardInput = input is not null,
            WorkingDirectory = directory,
            FileName = ProgramLocator.Locate(words[0], Environment.GetEnvironmentVariable("PATH"), directory),
        };
        foreach (var word in words.Skip(1).Concat(arguments))
        {
            info.ArgumentList.Add(word);
        }
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            info.Environment[name] = value;
        }
        using var program = await ChildProcessStarter.StartProcessAsync(info, words[0], TimeProvider.System);
        if (input is not null)
        {
            await WriteAsync(program.StandardInput, input);
        }
        await program.WaitForExitAsync();
        return program.ExitCode;
    }

    // A pager that the user closes early stops reading.
    private static async Task WriteAsync(StreamWriter stream, IAsyncEnumerable<string> lines)
    {
        try
        {
            await using (stream)
            {
                await foreach (var line in lines)
                {
                    await stream.WriteAsync(line + "\n");
                }
            }
        }
        catch (IOException) { }
    }
}
