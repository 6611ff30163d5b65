using System.Diagnostics.CodeAnalysis;

namespace Orchestrator.Usage;

/// <summary>A ledger as the content of its file.</summary>
public static class LedgerText
{
    /// <summary>The content.</summary>
    public static byte[] Write(Ledger ledger) => [.. JsonSerializer.SerializeToUtf8Bytes(ledger, LedgerJson.Default.Ledger), (byte)'\n'];

    /// <summary>Reads a content. False: it is torn, of something else or of a newer version, as <paramref name="fault"/> says.</summary>
    /// <param name="content">The content.</param>
    /// <param name="account">The account that it must be of.</param>
    /// <param name="ledger">The ledger.</param>
    /// <param name="fault">What is wrong with it, as the end of a sentence; empty: nothing.</param>
    public static bool TryRead(ReadOnlySpan<byte> content, string account, [NotNullWhen(true)] out Ledger? ledger, out string fault)
    {
        ledger = null;
        try
        {
            ledger = JsonSerializer.Deserialize(content, LedgerJson.Default.Ledger);
        }
        catch (JsonException damaged)
        {
            fault = content.IsEmpty ? "it is empty" : $"it is no ledger: {damaged.Message}";
            return false;
        }
        fault =
            ledger is null ? "it is no ledger"
            : ledger.SchemaVersion > Ledger.Version
                ? $"a newer version of orchestrate has written it (form {ledger.SchemaVersion}, known are those up to {Ledger.Version})"
            : ledger.Account != account ? $"it is of the account '{ledger.Account}'"
            : "";
        ledger = fault.Length == 0 ? ledger : null;
        return ledger is not null;
    }
}

[JsonSourceGenerationOptions(RespectNullableAnnotations = true)]
[JsonSerializable(typeof(Ledger))]
internal sealed partial class LedgerJson : JsonSerializerContext;
