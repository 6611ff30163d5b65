using System.Diagnostics;

namespace Orchestrator.Processes;

/// <summary>A program that a person works with at this process's own terminal: an editor, a pager. It has the streams of this process, and
/// is no child to be capped or stopped: it ends when the person ends it.</summary>
public static class ForegroundProgram
{
    /// <summary>Runs it until it has ended.</summary>
    /// <param name="command">The program with its first arguments, as a person sets it in a variable (<c>code --wait</c>): split at
    /// blanks, never given to a shell.</param>
    /// <param name="arguments">Further arguments.</param>
    /// <param name="directory">Its working directory.</param>
    /// <param name="environment">Variables on top of this process's own.</param>
    /// <param name="input">Lines that are written to its stdin; null: it has this process's stdin.</param>
    /// <returns>Its exit code.</returns>
    /// <exception cref="ProcessStartException">There is no such program, or it can't be started.</exception>
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
        using var program = await ChildStart.StartProcessAsync(info, words[0], TimeProvider.System);
        if (input is not null)
        {
            await WriteAsync(program.StandardInput, input);
        }
        await program.WaitForExitAsync();
        return program.ExitCode;
    }

    // A pager that was left before its end reads no further.
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
