using System.Globalization;
using Temporalio.Api.Enums.V1;

namespace Temporal.Server.Visibility.Query;

/// <summary>The terms that a text or an entry of a keyword list is found by.</summary>
internal static class SearchTerms
{
    /// <summary>A keyword is its own term; a text has its words, in lower case and without accents, as terms.</summary>
    public static IEnumerable<string> Of(IndexedValueType type, string value) => type == IndexedValueType.Text ? Words(value) : [value];

    private static string[] Words(string text)
    {
        var plain = new System.Text.StringBuilder();
        foreach (var rune in text.Normalize(System.Text.NormalizationForm.FormD).EnumerateRunes())
        {
            if (System.Text.Rune.GetUnicodeCategory(rune) != UnicodeCategory.NonSpacingMark)
            {
                plain.Append(System.Text.Rune.IsLetterOrDigit(rune) ? System.Text.Rune.ToLowerInvariant(rune).ToString() : " ");
            }
        }

        return plain.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries);
    }
}
