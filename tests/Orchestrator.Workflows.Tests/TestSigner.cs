using System.Security.Cryptography;
using Orchestrator.Messages;
using Orchestrator.Plans;

namespace Orchestrator.Workflows.Tests;

/// <summary>A user with a key of their own.</summary>
internal sealed class TestSigner(string name) : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public ApproverPublicKey Key => new(name, Convert.ToBase64String(_key.ExportSubjectPublicKeyInfo()));

    /// <summary>Signs a command at a time, or now.</summary>
    public T Sign<T>(string run, string wireName, T command, DateTimeOffset? at = null)
        where T : SteeringUpdateArguments
    {
        var time = DateTimeOffset.FromUnixTimeSeconds((at ?? TimeProvider.System.GetUtcNow()).ToUnixTimeSeconds());
        var content = SignedCommandContentBuilder.Of(run, wireName, command, command.By, time);
        var value = Convert.ToBase64String(_key.SignData(content, HashAlgorithmName.SHA256));
        return command with { Signature = new UserCommandSignature(Key.Fingerprint, command.By, time, value) };
    }

    public void Dispose() => _key.Dispose();
}
