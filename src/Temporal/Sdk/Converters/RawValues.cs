using Temporalio.Api.Common.V1;

namespace Temporalio.Converters;

/// <summary>A payload that is passed through unconverted.</summary>
/// <param name="Payload">The payload.</param>
public record RawValue(Payload Payload) : IRawValue;

/// <summary>A payload that is still encoded, with the converter that decodes it.</summary>
/// <param name="DataConverter">Converter for decoding.</param>
/// <param name="Payload">The payload, encoded.</param>
public record EncodedRawValue(DataConverter DataConverter, Payload Payload) : IEncodedRawValue
{
    /// <inheritdoc />
    public Task<T> ToValueAsync<T>() => DataConverter.ToValueAsync<T>(Payload);

    /// <inheritdoc />
    public Task<object?> ToValueAsync(Type type) => DataConverter.ToValueAsync(Payload, type);

    internal static Dictionary<string, IEncodedRawValue> FromMemo(DataConverter converter, Memo? memo)
    {
        var values = new Dictionary<string, IEncodedRawValue>(memo?.Fields.Count ?? 0);
        foreach (var (name, payload) in memo?.Fields ?? [])
        {
            values[name] = new EncodedRawValue(converter, payload);
        }

        return values;
    }
}
