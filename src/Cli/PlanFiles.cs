using Orchestrator.Plans;
using Orchestrator.Plans.Readers;
using Orchestrator.Plans.Readers.TaskGraphs;

namespace Orchestrator.Cli;

/// <summary>Opens plan files that were named on the command line.</summary>
internal static class PlanFiles
{
    /// <summary>What a person means who names none.</summary>
    public const string DefaultName = "tasks.yaml";

    /// <summary>Reads a plan; faults of its content are part of the result.</summary>
    /// <exception cref="CommandException">The file can't be opened.</exception>
    public static PlanReadResult Read(CommandContext context, string name)
    {
        var path = context.FullPath(name);
        if (Directory.Exists(path))
            throw new CommandException(ExitCodes.Usage, $"{name} is a folder, not a plan.", "Name the file.");
        if (!File.Exists(path))
            throw new CommandException(ExitCodes.Usage, $"There is no plan file {name} in {context.Directory}.", "Check the name, or write a plan: see 'orchestrate validate --help'.");
        return TaskGraphReader.Read(ReadBytes(path), name);
    }

    /// <summary>Reads a plan that must be valid.</summary>
    /// <exception cref="CommandException">It can't be opened, or has errors; all of them are named.</exception>
    public static Plan Require(CommandContext context, string name)
    {
        var read = Read(context, name);
        return read.Plan ?? throw new CommandException(ExitCodes.Usage, string.Join("\n", read.Errors.Select(fault => fault.ToString())), $"Correct {name} first.");
    }

    // One byte more than a reader takes is enough for it to refuse the file.
    private static byte[] ReadBytes(string path)
    {
        using var stream = File.OpenRead(path);
        var buffer = new byte[PlanText.MaxBytes + 1];
        var length = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        return buffer[..length];
    }
}
