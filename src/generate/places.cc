#include "generate/places.h"

namespace souk::generate {
namespace {

enum Region : uint8_t { kEurope, kNorthAmerica, kSouthAmerica, kAsia, kAfrica, kOceania };
enum Names : uint8_t {
  kGerman,
  kFrench,
  kSpanish,
  kItalian,
  kEnglish,
  kNordic,
  kSlavic,
  kPortuguese,
  kEastAsian,
  kSouthAsian
};

enum Place : uint8_t {
  kGermany,
  kAustria,
  kSwitzerland,
  kFrance,
  kBelgium,
  kNetherlands,
  kSpain,
  kPortugal,
  kItaly,
  kUnitedKingdom,
  kIreland,
  kDenmark,
  kSweden,
  kNorway,
  kFinland,
  kPoland,
  kCzechia,
  kHungary,
  kGreece,
  kUnitedStates,
  kCanada,
  kMexico,
  kBrazil,
  kArgentina,
  kChile,
  kJapan,
  kSouthKorea,
  kIndia,
  kSingapore,
  kSouthAfrica,
  kKenya,
  kAustralia,
  kNewZealand
};

}  // namespace

const std::vector<Country>& Countries() {
  static const std::vector<Country> countries = {
      {"Germany", kEurope, 190, "+49", kGerman},
      {"Austria", kEurope, 200, "+43", kGerman},
      {"Switzerland", kEurope, 81, "+41", kGerman},
      {"France", kEurope, 200, "+33", kFrench},
      {"Belgium", kEurope, 210, "+32", kFrench},
      {"Netherlands", kEurope, 210, "+31", kGerman},
      {"Spain", kEurope, 210, "+34", kSpanish},
      {"Portugal", kEurope, 230, "+351", kPortuguese},
      {"Italy", kEurope, 220, "+39", kItalian},
      {"United Kingdom", kEurope, 200, "+44", kEnglish},
      {"Ireland", kEurope, 230, "+353", kEnglish},
      {"Denmark", kEurope, 250, "+45", kNordic},
      {"Sweden", kEurope, 250, "+46", kNordic},
      {"Norway", kEurope, 250, "+47", kNordic},
      {"Finland", kEurope, 255, "+358", kNordic},
      {"Poland", kEurope, 230, "+48", kSlavic},
      {"Czechia", kEurope, 210, "+420", kSlavic},
      {"Hungary", kEurope, 270, "+36", kSlavic},
      {"Greece", kEurope, 240, "+30", kItalian},
      {"United States", kNorthAmerica, 80, "+1", kEnglish},
      {"Canada", kNorthAmerica, 130, "+1", kEnglish},
      {"Mexico", kNorthAmerica, 160, "+52", kSpanish},
      {"Brazil", kSouthAmerica, 170, "+55", kPortuguese},
      {"Argentina", kSouthAmerica, 210, "+54", kSpanish},
      {"Chile", kSouthAmerica, 190, "+56", kSpanish},
      {"Japan", kAsia, 100, "+81", kEastAsian},
      {"South Korea", kAsia, 100, "+82", kEastAsian},
      {"India", kAsia, 180, "+91", kSouthAsian},
      {"Singapore", kAsia, 90, "+65", kEastAsian},
      {"South Africa", kAfrica, 150, "+27", kEnglish},
      {"Kenya", kAfrica, 160, "+254", kEnglish},
      {"Australia", kOceania, 100, "+61", kEnglish},
      {"New Zealand", kOceania, 150, "+64", kEnglish},
  };
  return countries;
}

const std::vector<City>& Cities() {
  static const std::vector<City> cities = {
      {"Berlin", kGermany, 9.0},
      {"Hamburg", kGermany, 5.0},
      {"Munich", kGermany, 5.2},
      {"Cologne", kGermany, 3.4},
      {"Frankfurt", kGermany, 2.8},
      {"Stuttgart", kGermany, 2.2},
      {"Leipzig", kGermany, 1.8},
      {"Dresden", kGermany, 1.5},
      {"Hanover", kGermany, 1.5},
      {"Vienna", kAustria, 3.2},
      {"Graz", kAustria, 0.8},
      {"Zürich", kSwitzerland, 2.0},
      {"Basel", kSwitzerland, 0.7},
      {"Paris", kFrance, 6.0},
      {"Lyon", kFrance, 1.8},
      {"Marseille", kFrance, 1.5},
      {"Toulouse", kFrance, 1.0},
      {"Brussels", kBelgium, 1.7},
      {"Antwerp", kBelgium, 1.0},
      {"Amsterdam", kNetherlands, 2.5},
      {"Rotterdam", kNetherlands, 1.4},
      {"Utrecht", kNetherlands, 0.9},
      {"Madrid", kSpain, 3.2},
      {"Barcelona", kSpain, 2.6},
      {"Valencia", kSpain, 1.1},
      {"Lisbon", kPortugal, 1.4},
      {"Porto", kPortugal, 0.8},
      {"Rome", kItaly, 2.6},
      {"Milan", kItaly, 2.8},
      {"Naples", kItaly, 1.1},
      {"London", kUnitedKingdom, 5.5},
      {"Manchester", kUnitedKingdom, 1.6},
      {"Birmingham", kUnitedKingdom, 1.2},
      {"Edinburgh", kUnitedKingdom, 0.8},
      {"Dublin", kIreland, 1.2},
      {"Copenhagen", kDenmark, 1.4},
      {"Stockholm", kSweden, 1.6},
      {"Gothenburg", kSweden, 0.7},
      {"Oslo", kNorway, 1.0},
      {"Helsinki", kFinland, 0.9},
      {"Warsaw", kPoland, 2.2},
      {"Kraków", kPoland, 1.2},
      {"Gdańsk", kPoland, 0.7},
      {"Prague", kCzechia, 1.5},
      {"Budapest", kHungary, 1.2},
      {"Athens", kGreece, 1.0},
      {"New York", kUnitedStates, 4.2},
      {"Los Angeles", kUnitedStates, 2.8},
      {"Chicago", kUnitedStates, 1.9},
      {"Seattle", kUnitedStates, 1.2},
      {"Austin", kUnitedStates, 1.0},
      {"Toronto", kCanada, 1.7},
      {"Montréal", kCanada, 1.0},
      {"Mexico City", kMexico, 1.1},
      {"São Paulo", kBrazil, 1.6},
      {"Rio de Janeiro", kBrazil, 0.8},
      {"Buenos Aires", kArgentina, 0.8},
      {"Santiago", kChile, 0.5},
      {"Tokyo", kJapan, 1.8},
      {"Osaka", kJapan, 0.8},
      {"Seoul", kSouthKorea, 1.1},
      {"Mumbai", kIndia, 1.2},
      {"Bengaluru", kIndia, 0.9},
      {"Singapore", kSingapore, 1.0},
      {"Cape Town", kSouthAfrica, 0.6},
      {"Johannesburg", kSouthAfrica, 0.5},
      {"Nairobi", kKenya, 0.4},
      {"Sydney", kAustralia, 1.3},
      {"Melbourne", kAustralia, 1.0},
      {"Auckland", kNewZealand, 0.5},
  };
  return cities;
}

const WeightedChoice& CityChoice() {
  static const WeightedChoice choice = [] {
    std::vector<double> weights;
    for (const City& city : Cities()) weights.push_back(city.weight);
    return WeightedChoice(weights);
  }();
  return choice;
}

}  // namespace souk::generate
