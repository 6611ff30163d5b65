using System.Security.Cryptography;
using System.Text.Json;
using Orchestrator.Contracts;
using Orchestrator.Processes;
using Temporalio.Exceptions;

namespace Orchestrator.Activities.Runs;

/// <summary>What a long run carries on by continue-as-new and is too much for one message: files in its folder, named by what they hold.</summary>
internal static class CarriedParts
{
    public static CarriedPart Store(RunFolder folder, IReadOnlyList<CarriedTask> tasks)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(tasks);
        var part = new CarriedPart(Convert.ToHexStringLower(SHA256.HashData(bytes)));
        DurableFile.Write(FileOf(folder, part), bytes);
        return part;
    }

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
            throw new ApplicationFailureException(
                $"{folder.Relative(file)} is gone: it says how far {folder.Name} had come. Restore the folder, or cancel the run and start it again; finished tasks are taken up.",
                missing, "CarriedGone", nonRetryable: true);
        }
        if (Convert.ToHexStringLower(SHA256.HashData(bytes)) != part.Hash)
        {
            throw new ApplicationFailureException(
                $"{folder.Relative(file)} was changed: it no longer says how far {folder.Name} had come. Restore it, or cancel the run and start it again; finished tasks are taken up.",
                "CarriedChanged", nonRetryable: true);
        }
        return JsonSerializer.Deserialize<List<CarriedTask>>(bytes)!;
    }

    private static string FileOf(RunFolder folder, CarriedPart part) => Path.Combine(folder.Carried, part.Hash + ".json");
}
