using System.Security.Cryptography;
using System.Text.Json;
using Orchestrator.Messages;
using Orchestrator.Processes;

namespace Orchestrator.Runs;

/// <summary>What a long run carries on by continue-as-new and is too much for one message: files in its folder, named by what they hold.</summary>
public static class CarriedParts
{
    /// <summary>Stores tasks; the same tasks give the same part.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="tasks">What is carried on.</param>
    public static CarriedPart Store(RunFolder folder, IReadOnlyList<CarriedTask> tasks)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(tasks);
        var part = new CarriedPart(Convert.ToHexStringLower(SHA256.HashData(bytes)));
        DurableFile.Write(FileOf(folder, part), bytes);
        return part;
    }

    /// <summary>Reads them back.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="part">What <see cref="Store"/> returned.</param>
    /// <exception cref="StepException">The file is gone, or is not what was stored.</exception>
    public static IReadOnlyList<CarriedTask> Read(RunFolder folder, CarriedPart part)
    {
        var file = FileOf(folder, part);
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(file);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new StepException(
                $"{folder.Relative(file)} is gone: it says how far {folder.Name} had come. Restore the folder, or cancel the run and start it again; finished tasks are taken up.",
                missing, "CarriedGone");
        }
        if (Convert.ToHexStringLower(SHA256.HashData(bytes)) != part.Hash)
        {
            throw new StepException(
                $"{folder.Relative(file)} was changed: it no longer says how far {folder.Name} had come. Restore it, or cancel the run and start it again; finished tasks are taken up.",
                "CarriedChanged");
        }
        return JsonSerializer.Deserialize<List<CarriedTask>>(bytes)!;
    }

    private static string FileOf(RunFolder folder, CarriedPart part) => Path.Combine(folder.Carried, part.Hash + ".json");
}
