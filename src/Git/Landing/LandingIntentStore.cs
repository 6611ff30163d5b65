using System.Security.Cryptography;

namespace Orchestrator.Git.Landing;

/// <summary>
/// Recorded intent to change a checkout, either for a landing or for its reversal. The record is used to complete or undo the change if it
/// is interrupted.
/// </summary>
internal sealed record LandingIntentRecord(string Old, string New, string Checkout);

/// <summary>Records that a landing or its reversal is about to change the user's checkout, before any file changes.</summary>
internal sealed class LandingIntentStore(GitRepository repository, string target)
{
    private readonly string _file = Path.Combine(
        repository.OwnDirectory,
        "landing",
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(target)))[..16]
    );

    internal LandingIntentRecord? Read() =>
        DurableFile.TryRead(_file)?.Split('\n', 3) is [var from, var to, var checkout]
            ? new LandingIntentRecord(from, to, checkout.TrimEnd('\n'))
            : null;

    internal void Write(LandingIntentRecord intent) => DurableFile.Write(_file, $"{intent.Old}\n{intent.New}\n{intent.Checkout}\n");

    internal void RemoveIntent()
    {
        if (File.Exists(_file))
        {
            File.Delete(_file);
        }
    }
}
